import { spawnPinned, urlOf } from './process.ts';

const program =
  'require("node:http").createServer((q,s)=>{q.resume();q.on("end",()=>s.end("{}"))}).listen(0,"127.0.0.1",function(){console.log("http://127.0.0.1:"+this.address().port)})';

/** What is left of a server in Node.js when it does nothing. */
export async function startBare() {
  const child = spawnPinned([process.execPath, '-e', program]);
  return { child, url: await urlOf(child) };
}
