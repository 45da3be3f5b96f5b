// What a stream has delivered so far, and waiting until it is what a test wants.

/** How long a test waits for a condition. */
const PATIENCE = 60_000;

export class Collected {
  items = [];
  /** Why nothing more will come. */
  failure = undefined;
  #watchers = new Set();

  /** A sink as `graphql-ws` and `graphql-sse` take it. */
  sink() {
    return {
      next: (result) => this.push(result),
      error: (error) => this.#end(error instanceof Error ? error : new Error(JSON.stringify(error))),
      complete: () => this.#end(new Error('the stream ended')),
    };
  }

  /** Fails when the stream has ended. */
  check() {
    if (this.failure) throw this.failure;
  }

  #end(failure) {
    this.failure = failure;
    this.#settle((watcher) => watcher.reject(failure));
  }

  push(item) {
    this.items.push(item);
    this.#settle((watcher) => watcher.check());
  }

  /** Resolves with the items once `condition` holds for them. */
  until(condition) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => watcher.reject(new Error(`waited in vain after ${JSON.stringify(this.items)}`)),
        PATIENCE,
      );
      const end = (settle) => (value) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        settle(value);
      };
      const watcher = {
        reject: end(reject),
        resolve: end(resolve),
        check: () => condition(this.items) && watcher.resolve(this.items),
      };
      this.#watchers.add(watcher);
      watcher.check();
      if (this.failure) watcher.reject(this.failure);
    });
  }

  #settle(tell) {
    for (const watcher of [...this.#watchers]) tell(watcher);
  }
}
