// The suite has no option for a token: this adds one to all that it sends. Loaded before it by `node --import`; it stands here
// because it must find the same undici. The dispatcher is behind fetch and undici.request, `http.request` behind the rest.
import http from 'node:http';
import { getGlobalDispatcher, setGlobalDispatcher } from 'undici';

const value = `Bearer ${process.env.CONFORMANCE_BEARER}`;
const withBearer = (headers) =>
  Array.isArray(headers)
    ? [...headers, 'authorization', value]
    : headers && typeof headers[Symbol.iterator] === 'function'
      ? Object.fromEntries([...headers, ['authorization', value]])
      : { ...(headers ?? {}), authorization: value };

setGlobalDispatcher(
  getGlobalDispatcher().compose(
    (dispatch) => (options, handler) => dispatch({ ...options, headers: withBearer(options.headers) }, handler),
  ),
);
const request = http.request;
http.request = (options, ...rest) => request({ ...options, headers: withBearer(options.headers) }, ...rest);
