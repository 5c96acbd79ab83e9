// Node's HTTP. An import statement would evaluate every export of node:http, WebSocket and all of undici behind it among them: a
// quarter of the time in which a short command starts.

export const http = process.getBuiltinModule('node:http')
export const https = process.getBuiltinModule('node:https')
