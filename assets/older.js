/* What browsers of 2021 lack, which old phones have and will keep (docs/decisions.md): what Reflex and our own scripts
   call, and layers in style sheets. For those without layers there is a copy of our looks (wbs_app/plain_css.py). */
Object.hasOwn ??= (owner, name) => Object.prototype.hasOwnProperty.call(owner, name);

if (typeof window !== "undefined") {
  HTMLFormElement.prototype.requestSubmit ??= function () {
    const press = document.createElement("button");
    press.hidden = true;
    this.append(press);
    press.click();
    press.remove();
  };
  if (!("CSSLayerBlockRule" in window))
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/plain.css" }));
}
