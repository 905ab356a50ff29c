"""How Reflex builds and runs WBS. Everything that differs between installations stands in wbs_app/config.py."""

import os
import re
import sys
from pathlib import Path
from typing import Any

# Reflex looks bun and node up on the PATH; ours come as wheels, beside this Python.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "0")
os.environ.setdefault(
    "REFLEX_UPLOADED_FILES_DIR", ".web/uploaded_files"
)  # stays empty: uploads are sealed, never spooled
# With Redis, a worker keeps the states of its tabs at hand for two seconds before it writes them: three times faster.
os.environ.setdefault("REFLEX_OPLOCK_ENABLED", "true")
os.environ.setdefault("REFLEX_OPLOCK_HOLD_TIME", "2s")

import reflex as rx
from reflex.constants import StateManagerMode

from wbs_app.config import settings
from wbs_app.plain_css import without_layers
from wbs_app.text import LANGUAGES, path_in
from wbs_app.text import text as words

OLDEST = ("chrome92", "firefox92", "safari15")
"""Browsers of 2021: what old phones have and will keep (docs/decisions.md)."""
BUILT_FOR = "http://wbs.invalid"
LATER_LOOKS = ("more", "desk", "viewer")
"""Style sheets that only some pages load."""
LEANER = {
    "@emotion/react": "lean.js",
    "mergician": "lean.js",
    "universal-cookie": "lean.js",
    "./transports/index.js": "lean-socket.js",  # of engine.io-client
}


class Finish(rx.plugins.Plugin):
    """What our build does differently from Reflex's."""

    def pre_compile(self, **context: Any) -> None:
        context["add_modify_task"]("vite.config.js", self._lean)
        context["add_modify_task"]("utils/state.js", self._own_state)
        context["add_save_task"](lambda: ("app/entry.server.js", Path("assets/entry-server.js").read_text("utf-8")))

    @staticmethod
    def _own_state(state: str) -> str:
        """A direct eval keeps every name in its file from being shortened (4 KB); our policy forbids eval anyway. On
        hosts of which Reflex knows that it builds there, it takes the port from an address with TLS."""
        state, hosts = re.subn(r"(SAME_DOMAIN_HOSTNAMES = )\[[^]]*\]", r"\1[]", state)
        if hosts != 1:
            raise RuntimeError("Reflex writes utils/state.js in another way now: see rxconfig.py")
        return re.sub(r"(?<=[\s(])eval\(", "(0, eval)(", state)

    @staticmethod
    def _lean(vite: str) -> str:
        """Libraries that Reflex brings and we do not use give way to lines of ours; older browsers can read it."""
        ours = [
            f'{{ find: "{name}", replacement: fileURLToPath(new URL("./public/{file}", import.meta.url)) }},'
            for name, file in LEANER.items()
        ]
        changed = {
            "alias: [": "\n      ".join(["alias: [", *ours]),
            "  build: {": f"  build: {{\n    target: {list(OLDEST)},",
            # one file for three; the proof of work is for the pages that send
            "test: /env.json/": "test: /env\\.json|\\/utils\\/|\\/public\\/(?!proof)/",
        }
        for theirs, instead in changed.items():
            if vite.count(theirs) != 1:
                raise RuntimeError("Reflex writes vite.config.js in another way now: see rxconfig.py")
            vite = vite.replace(theirs, instead)
        return vite

    def post_build(self, **context: Any) -> None:
        built = Path(str(context["static_dir"]))
        for page in (built / "en").rglob("*.html"):  # Reflex knows one language per app
            page.write_text(page.read_text("utf-8").replace('<html lang="id"', '<html lang="en"', 1), "utf-8")
        self._free_of_origin(built / "assets")
        self._plain(built)
        self._says_what_it_waits_for(built / "__spa-fallback.html")

    @staticmethod
    def _plain(built: Path) -> None:
        """Every look once more in one file, for browsers that know no layers (assets/older.js)."""
        (common,) = (built / "assets").glob("__reflex_global_styles-*.css")
        looks = "".join(
            sheet.read_text("utf-8") for sheet in (common, *(built / f"{name}.css" for name in LATER_LOOKS))
        )
        (built / "plain.css").write_text(without_layers(looks), "utf-8")

    @staticmethod
    def _says_what_it_waits_for(fallback: Path) -> None:
        """What answers unknown addresses (and case pages) is drawn by script: until that has come, it is loading
        (assets/wbs.css); where none can come, say so and lead home."""
        said = "".join(
            f'<p lang="{lang}">{words("net.needs_script", lang)} '
            f'<a href="{path_in(lang, "/")}">{words("not_found.home", lang)}</a></p>'
            for lang in LANGUAGES
        )
        loading = " · ".join(words("common.loading", lang) for lang in LANGUAGES)
        told = f'<body data-loading="{loading}"><noscript><main class="wrap py-10"><h1>WBS</h1>{said}</main></noscript>'
        fallback.write_text(fallback.read_text("utf-8").replace("<body>", told, 1), "utf-8")

    @staticmethod
    def _free_of_origin(assets: Path) -> None:
        """One build serves under any address: the browser's own origin takes the place of the one Reflex bakes in."""
        (script,) = assets.glob("reflex-env-*.js")
        text = script.read_text("utf-8")
        for scheme, origin in (("http", "location.origin"), ("ws", 'location.origin.replace("http","ws")')):
            text = re.sub(rf"[`\"']{scheme}://wbs\.invalid(/[\w-]*)[`\"']", rf'{origin}+"\1"', text)
        if "wbs.invalid" in text or "location.origin" not in text:
            raise RuntimeError("Reflex writes its addresses in another way now: see rxconfig.py")
        script.write_text(text, "utf-8")


config = rx.Config(
    app_name="wbs_app",
    api_url=BUILT_FOR,
    cors_allowed_origins=[settings().origin],
    telemetry_enabled=False,
    show_built_with_reflex=False,
    redis_url=settings().redis_url or None,
    state_manager_mode=StateManagerMode.REDIS if settings().redis_url else StateManagerMode.MEMORY,
    redis_token_expiration=3600,  # seconds, in memory too: as long as an idle officer stays signed in
    redis_lock_expiration=6000,  # milliseconds: so long does a tab wait whose worker was killed
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[rx.plugins.TailwindV4Plugin(config={"darkMode": "class", "plugins": []}), Finish()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
