/* Stands in for three libraries that Reflex brings into every page and this site has no use for, so that every first
   visit is 11 KB lighter (docs/decisions.md). rxconfig.py puts it in their place. */
import "./older.js";
import { createElement } from "react";

/* @emotion/react: our looks are CSS classes. A `style=` prop arrives as `css` and becomes the element's own style. */
export const jsx = (type, props, ...children) => {
  if (!props?.css) return createElement(type, props, ...children);
  const { css, ...rest } = props;
  return createElement(type, { ...rest, style: css }, ...children);
};

/* mergician: joins the style objects of a slot and its child. */
export const mergician = (injected, own) => ({ ...injected, ...own });

/* universal-cookie: scripts of ours read and write no cookie; all are HttpOnly. */
export default class {
  get() {}
  set() {}
  remove() {}
}
