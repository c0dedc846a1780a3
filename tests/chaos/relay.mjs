// A relay of TCP connections that a test can cut: the load balancer in front of replicas, or the line to a database.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Relay {
  #sockets = new Set();
  #isCut = false;
  #next = 0;

  /** Listens on a port of loopback; 0 chooses a free one. `targets` returns the ports that are used in turn. */
  static async start(port, targets) {
    const relay = new Relay();
    // Without a delay: where bytes wait for an acknowledgement, a query of several packets takes 40 ms longer.
    const options = { noDelay: true };
    relay.server = createServer(options, socket =>
      relay.#forward(socket, targets()),
    );
    relay.server.listen(port, '127.0.0.1');
    await once(relay.server, 'listening');
    relay.port = relay.server.address().port;
    return relay;
  }

  /** Ends every connection, and takes no other until `mend`. */
  cut() {
    this.#isCut = true;
    this.#sockets.forEach(socket => socket.destroy());
  }

  mend() {
    this.#isCut = false;
  }

  async close() {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Connects a client with the next target that is there. */
  async #forward(socket, targets) {
    this.#keep(socket);
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    socket.pause();
    for (let tried = 0; tried < targets.length; tried++) {
      this.#next += 1;
      const target = connect({
        host: '127.0.0.1',
        port: targets[this.#next % targets.length],
        noDelay: true,
      });
      const isThere = await once(target, 'connect').then(
        () => true,
        () => false,
      );
      if (!isThere || this.#isCut) {
        target.destroy();
        continue;
      }
      this.#keep(target);
      socket.pipe(target).pipe(socket);
      socket.once('close', () => target.destroy());
      target.once('close', () => socket.destroy());
      return;
    }
    socket.destroy();
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
