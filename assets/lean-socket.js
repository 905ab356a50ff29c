/* The socket's ways of travel: a WebSocket, the only one this site's server takes (docs/decisions.md). */
import { WS } from "../node_modules/engine.io-client/build/esm/transports/websocket.js";

export const transports = { websocket: WS };
