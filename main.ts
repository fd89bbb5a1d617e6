/**
 * The composition root: settings → database → app → serve. `--help` lists every setting.
 *
 * @module
 */

import { createApp } from "./routes/app.ts";
import { explain } from "./src/cli/command.ts";
import { type Opened, openRuntime } from "./src/cli/open.ts";
import { describeSettings } from "./src/config.ts";

if (Deno.args.includes("--help")) {
  console.log("deno task start\n\nStarts the server. Its settings are environment variables:\n");
  for (const { name, meaning, fallback } of describeSettings()) {
    console.log(`  ${name}${fallback === "" ? "" : ` (${fallback})`}\n      ${meaning}`);
  }
  Deno.exit(0);
}

const { runtime, close } = await openRuntime().catch((error): Opened => {
  const sentences = explain(error);
  if (sentences === undefined) throw error;
  console.error(sentences);
  Deno.exit(1);
});
const { config, log } = runtime;
const app = createApp(runtime);
const server = Deno.serve({
  hostname: config.HOST,
  port: config.PORT,
  ...(config.TLS_FULLCHAIN !== undefined && config.TLS_PRIVKEY !== undefined
    ? { cert: config.TLS_FULLCHAIN, key: config.TLS_PRIVKEY }
    : {}),
  onListen: ({ port }) => log.info("Listening", { address: config.BASE_URL, port }),
}, (request, info) => app.fetch(request, { remoteAddress: info.remoteAddr.hostname }));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    log.info("Stopping: requests in flight finish", { signal });
    void server.shutdown();
  });
}
await server.finished;
await close();
Deno.exit(0);
