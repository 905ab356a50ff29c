/* How a page becomes HTML at build time: whole and in order. Left alone, React hides a long page's content until a
   script reveals it, and a browser without scripts would show nothing (docs/decisions.md). */
import { createElement } from "react";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { renderToPipeableStream } from "react-dom/server";
import { ServerRouter } from "react-router";

export default (request, status, headers, context) =>
  new Promise((resolve, reject) => {
    const { pipe } = renderToPipeableStream(createElement(ServerRouter, { context, url: request.url }), {
      progressiveChunkSize: Infinity,
      onAllReady: () => {
        headers.set("Content-Type", "text/html");
        const body = new PassThrough();
        pipe(body);
        text(body).then((html) => resolve(new Response(html, { headers, status })), reject);
      },
      onError: reject,
      onShellError: reject,
    });
  });
