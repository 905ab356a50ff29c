"""What a visit costs on a slow line: bytes on the wire, first paint, and when the page's controls work.

A real Chromium on a processor four times slower, over "slow 4G" (Lighthouse: 150 ms, 1.6 Mbit/s) and "3G" (400 ms,
400 kbit/s). `cold`: nothing of the site is kept; `warm`: the same address once more. `kb` counts all files with their
headers, as they travel. `interactive_s`: the server has answered the page's first event, and no control waits any more.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from table import Row, arguments, percentile, show

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

    from tests.e2e.serving import Server
    from tests.e2e.visiting import Visitor


class Line(NamedTuple):
    """`latency` in milliseconds, of each request; `down` and `up` in kbit/s."""

    latency: int
    down: int
    up: int


LINES = {"slow 4G": Line(150, 1600, 750), "3G": Line(400, 400, 400)}
CPU_SLOWER = 4
PATIENCE = 120_000  # milliseconds
WATCH = """
(() => {
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string" && data.includes('"is_hydrated_rx_state_":true')) look();
      });
    }
  };
  const look = () => {
    if (window.interactive) return;
    if (!document.querySelector("fieldset:disabled")) window.interactive = performance.now();
    else requestAnimationFrame(look);
  };
})();
"""
"""Notes down when the page's controls work, in milliseconds since the navigation began."""


# --- one visit -------------------------------------------------------------------------------------------------------


def visit(visitor: "Visitor", line: "CDPSession", path: str) -> dict[str, float]:
    """Goes there, and says what that took."""
    sizes: list[float] = []

    def arrived(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    line.on("Network.loadingFinished", arrived)
    page = visitor.page
    page.goto(visitor.url(path), wait_until="commit", timeout=PATIENCE)
    page.wait_for_function("() => window.interactive", timeout=PATIENCE)
    page.wait_for_load_state("networkidle", timeout=PATIENCE)
    assert page.url.partition("?")[0].rstrip("/") == visitor.url(path).rstrip("/"), "the page led somewhere else"
    line.remove_listener("Network.loadingFinished", arrived)
    paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return {
        "kb": sum(sizes) / 1024,
        "files": sum(size > 0 for size in sizes),
        "paint_s": paint / 1000,
        "interactive_s": page.evaluate("() => window.interactive") / 1000,
    }


def slow(line: "CDPSession", speed: Line | None) -> None:
    """This line and a slow processor; None: as fast as the machine is."""
    to_bytes = 1000 / 8
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": speed.latency if speed else 0,
            "downloadThroughput": speed.down * to_bytes if speed else -1,
            "uploadThroughput": speed.up * to_bytes if speed else -1,
        },
    )
    line.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER if speed else 1})


def measured(visitor: "Visitor", path: str, runs: int) -> list[Row]:
    """Each line, cold and warm; the medians of so many runs."""
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("Network.enable")
    rows: list[Row] = []
    for network, speed in LINES.items():
        found: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
        for _ in range(runs):
            line.send("Network.clearBrowserCache")
            slow(line, speed)
            for cache in found:
                found[cache].append(visit(visitor, line, path))
            slow(line, None)
        for cache, visits in found.items():
            medians = {name: percentile([each[name] for each in visits], 0.5) for name in visits[0]}
            rows.append({"page": path, "network": network, "cache": cache, **medians})
    return rows


# --- the pages -------------------------------------------------------------------------------------------------------


def _at_step(number: int) -> Callable[["Visitor"], str]:
    def reach(visitor: "Visitor") -> str:
        from tests.e2e.filing import STEPS, to_step

        to_step(visitor, number)
        return STEPS[number - 1]

    return reach


def _followed(visitor: "Visitor") -> str:
    from tests.e2e.acting import file
    from tests.e2e.filing import track

    filed = file(visitor.server, ("say", "Kami sudah menerima laporan ini."))
    track(visitor, filed.ticket, filed.pin)
    visitor.arrive("/lacak/riwayat")
    return "/lacak/riwayat"


def _case(visitor: "Visitor") -> str:
    from tests.e2e.acting import file

    _list(visitor)
    return f"/petugas/laporan/{file(visitor.server).ticket}"


def _list(visitor: "Visitor") -> str:
    from tests.e2e.officers import sign_in

    sign_in(visitor, "pengawas")
    return "/petugas/laporan"


PAGES: dict[str, Callable[["Visitor"], str]] = {
    "/": lambda _: "/",
    "/lapor": lambda _: "/lapor",
    "/lapor/biodata": _at_step(1),
    "/lapor/kejadian": _at_step(2),
    "/lapor/lokasi-waktu": _at_step(3),
    "/lapor/ringkasan": _at_step(4),
    "/lacak": lambda _: "/lacak",
    "/lacak/riwayat": _followed,
    "/petugas/masuk": lambda _: "/petugas/masuk",
    "/petugas/laporan": _list,
    "/petugas/laporan/[ticket]": _case,
}
"""Route -> what a visitor does before the page can be seen; the address."""


def main(server: "Server", routes: list[str], runs: int) -> list[Row]:
    from playwright.sync_api import sync_playwright

    from tests.e2e.conftest import FLAGS, chromium
    from tests.e2e.visiting import visiting

    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for route in routes:
            with visiting(browser, server) as visitor:
                path = PAGES[route](visitor)
                visitor.context.add_init_script(WATCH)
                rows += [{**row, "page": route} for row in measured(visitor, path, runs)]
        browser.close()
    return rows


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--runs", type=int, default=1, help="of each page; the median counts")
    parser.add_argument("--page", action="append", choices=PAGES, help="one of them, again and again (default: all)")
    asked = parser.parse_args()
    from tests.e2e.officers import ROLES, hire
    from tests.e2e.serving import Server

    with tempfile.TemporaryDirectory(prefix="wbs-bench-") as folder:
        server = Server(Path(folder))
        server.start()
        hire(server, *ROLES)
        try:
            show("pages", main(server, asked.page or list(PAGES), asked.runs), asked)
        finally:
            server.stop()
