/* Stands in for Emotion, of which Reflex needs only `jsx`: our looks are plain CSS classes, and every first visit
   saves 7 KB (docs/decisions.md). A `style=` prop arrives here as `css` and becomes the element's own style. */
import { createElement } from "react";

export const jsx = (type, props, ...children) => {
  if (!props?.css) return createElement(type, props, ...children);
  const { css, ...rest } = props;
  return createElement(type, { ...rest, style: css }, ...children);
};
