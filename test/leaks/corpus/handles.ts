import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  closeSync,
  type Dir,
  type FSWatcher,
  mkdtempSync,
  opendirSync,
  openSync,
  rmSync,
  type StatWatcher,
  unwatchFile,
  watch,
  watchFile,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Agent, createServer as createHttpServer, get } from "node:http";
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { clean, type LeakCase, leaking } from "./case.js";

const LOCAL = "127.0.0.1";

/** A folder with one file. */
function temporary() {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-corpus-"));
  const file = path.join(folder, "file.txt");
  writeFileSync(file, "content\n");
  return { folder, file, remove: () => rmSync(folder, { recursive: true }) };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, LOCAL);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => server.close(resolve));
}

/** A server that ends what it accepts when the other side does; it is there when first asked for. */
function echoServer() {
  const server = createServer((socket) => socket.on("error", () => undefined).resume());
  let port: Promise<number> | undefined;
  return {
    port: () => {
      port ??= listening(server);
      return port;
    },
    close: () => closed(server),
  };
}

export const handles: readonly LeakCase[] = [
  leaking(
    "descriptors that are not closed",
    { space: "handles", type: "file descriptor", allocatingFunction: "openFile", retainingName: null, countPerCall: 1 },
    () => {
      const { file, remove } = temporary();
      const opened: number[] = [];
      return {
        fn: function openFile() {
          opened.push(openSync(file, "r"));
        },
        dispose: () => {
          for (const descriptor of opened) closeSync(descriptor);
          remove();
        },
      };
    },
  ),
  clean("descriptors that are closed", () => {
    const { file, remove } = temporary();
    return {
      fn: function openFileShortly() {
        closeSync(openSync(file, "r"));
      },
      dispose: remove,
    };
  }),

  leaking(
    "file handles that are not closed",
    { space: "handles", type: "FileHandle", allocatingFunction: "openHandle", retainingName: "files", countPerCall: 1 },
    () => {
      const { file, remove } = temporary();
      const files: FileHandle[] = [];
      return {
        fn: async function openHandle() {
          files.push(await open(file));
        },
        dispose: async () => {
          for (const handle of files) await handle.close();
          remove();
        },
      };
    },
  ),
  clean("file handles that are closed", () => {
    const { file, remove } = temporary();
    return {
      fn: async function openHandleShortly() {
        const handle = await open(file);
        await handle.close();
      },
      dispose: remove,
    };
  }),

  leaking(
    "folders that are not closed",
    { space: "handles", type: "Dir", allocatingFunction: "openFolder", retainingName: "folders", countPerCall: 1 },
    () => {
      const { folder, remove } = temporary();
      const folders: Dir[] = [];
      return {
        fn: function openFolder() {
          folders.push(opendirSync(folder));
        },
        dispose: () => {
          for (const dir of folders) dir.closeSync();
          remove();
        },
      };
    },
  ),
  clean("folders that are read and closed", () => {
    const { folder, remove } = temporary();
    return {
      fn: function readFolder() {
        const dir = opendirSync(folder);
        const name = dir.readSync()?.name;
        dir.closeSync();
        return name;
      },
      dispose: remove,
    };
  }),

  leaking(
    "watchers that are not closed",
    {
      space: "handles",
      type: "FSWatcher",
      allocatingFunction: "watchFolder",
      retainingName: "watchers",
      countPerCall: 1,
    },
    () => {
      const { folder, remove } = temporary();
      const watchers: FSWatcher[] = [];
      return {
        fn: function watchFolder() {
          watchers.push(watch(folder, { persistent: false }));
        },
        dispose: () => {
          for (const watcher of watchers) watcher.close();
          remove();
        },
      };
    },
  ),
  clean("watchers that are closed", () => {
    const { folder, remove } = temporary();
    return {
      fn: async function watchFolderShortly() {
        const watcher = watch(folder, { persistent: false });
        const gone = once(watcher, "close");
        watcher.close();
        await gone;
      },
      dispose: remove,
    };
  }),

  leaking(
    "listeners to a file's state",
    {
      space: "heap",
      type: "closure onState",
      allocatingFunction: "watchState",
      retainingName: null,
      countPerCall: 1,
    },
    () => {
      const { file, remove } = temporary();
      const options = { persistent: false, interval: 3_600_000 };
      const watcher: StatWatcher = watchFile(file, options, () => undefined);
      watcher.setMaxListeners(0);
      return {
        fn: function watchState() {
          watchFile(file, options, function onState() {});
        },
        dispose: () => {
          unwatchFile(file);
          remove();
        },
      };
    },
  ),
  clean("listeners to a file's state, removed", () => {
    const { file, remove } = temporary();
    const options = { persistent: false, interval: 3_600_000 };
    return {
      fn: async function watchStateShortly() {
        function onState() {}
        watchFile(file, options, onState);
        unwatchFile(file, onState);
        await new Promise((resolve) => setImmediate(resolve));
      },
      dispose: remove,
    };
  }),

  leaking(
    "servers that are not closed",
    { space: "handles", type: "Server", allocatingFunction: "startServer", retainingName: "servers", countPerCall: 1 },
    () => {
      const servers: Server[] = [];
      return {
        fn: async function startServer() {
          const server = createServer();
          servers.push(server);
          await listening(server);
        },
        dispose: async () => {
          await Promise.all(servers.map(closed));
        },
      };
    },
  ),
  clean("servers that are closed", () => ({
    fn: async function startServerShortly() {
      const server = createServer();
      await listening(server);
      await closed(server);
    },
  })),

  leaking(
    "sockets that are not ended",
    { space: "handles", type: "Socket", allocatingFunction: "connect", retainingName: "sockets", countPerCall: 1 },
    () => {
      const server = echoServer();
      const sockets: Socket[] = [];
      return {
        setup: server.port,
        fn: async function connect() {
          const socket = createConnection(await server.port(), LOCAL);
          sockets.push(socket);
          await once(socket, "connect");
        },
        dispose: async () => {
          for (const socket of sockets) socket.destroy();
          await server.close();
        },
      };
    },
    { slow: true, reason: "the server's side of each is a socket too" },
  ),
  clean(
    "sockets that are ended",
    () => {
      const server = echoServer();
      return {
        setup: server.port,
        fn: async function connectShortly() {
          const socket = createConnection(await server.port(), LOCAL);
          await once(socket, "connect");
          socket.end();
          await once(socket.resume(), "close");
        },
        dispose: server.close,
      };
    },
    { slow: true, latePlateau: true },
  ),

  leaking(
    "sockets for datagrams that are not closed",
    {
      space: "handles",
      type: "Socket",
      allocatingFunction: "openDatagrams",
      retainingName: "datagrams",
      countPerCall: 1,
    },
    () => {
      const datagrams: ReturnType<typeof createSocket>[] = [];
      return {
        fn: function openDatagrams() {
          datagrams.push(createSocket("udp4"));
        },
        dispose: () => {
          for (const socket of datagrams) socket.close();
        },
      };
    },
  ),
  clean("sockets for datagrams that are closed", () => ({
    fn: async function openDatagramsShortly() {
      const socket = createSocket("udp4");
      const gone = once(socket, "close");
      socket.close();
      await gone;
    },
  })),

  clean(
    "requests by an agent that keeps its connection",
    () => {
      const server = createHttpServer((_request, response) => response.end("ok"));
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let port: Promise<number> | undefined;
      const ready = () => {
        port ??= listening(server);
        return port;
      };
      return {
        setup: ready,
        fn: async function fetchAlive() {
          const url = `http://${LOCAL}:${await ready()}/`;
          await new Promise<void>((resolve, reject) => {
            get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
          });
        },
        dispose: async () => {
          agent.destroy();
          await closed(server);
        },
      };
    },
    { slow: true },
  ),
];
