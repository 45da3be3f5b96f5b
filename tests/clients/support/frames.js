// A WebSocket client that says exactly what it is told to, to see what the server makes of it.

import { once } from 'node:events';
import { WebSocket } from 'ws';

/** How long anything may take to be heard. */
const PATIENCE = 30_000;

export class Frames {
  static async open(server, protocols = ['graphql-transport-ws'], options = {}) {
    const frames = new Frames(new WebSocket(server.socketUrl, protocols, options));
    await once(frames.socket, 'open');
    return frames;
  }

  constructor(socket) {
    this.socket = socket;
    this.heard = [];
    this.waiting = [];
    socket.on('message', (data) => this.#push(JSON.parse(data)));
    socket.on('close', (code, reason) => this.#push({ closed: code, reason: reason.toString() }));
    socket.on('error', (error) => this.#push({ error }));
  }

  #push(item) {
    const waiter = this.waiting.shift();
    if (waiter) waiter(item);
    else this.heard.push(item);
  }

  say(message) {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
    return this;
  }

  /** The next message, or `{ closed, reason }`. */
  async hear() {
    if (this.heard.length > 0) return this.heard.shift();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing was heard')), PATIENCE);
      this.waiting.push((item) => {
        clearTimeout(timer);
        resolve(item);
      });
    });
  }

  /** The code with which the server hangs up, whatever it says before. */
  async closed() {
    for (;;) {
      const item = await this.hear();
      if (item.error) throw item.error;
      if (item.closed) return item.closed;
    }
  }

  close() {
    this.socket.terminate();
  }
}
