// What a view asks of the kernel; where the kernel refuses, its reason is shown.

/** @typedef {import("./types.js").Host} Host */

/** What an error says. @param {unknown} error */
export function wordsOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Give what asks in a view's name: `ask(op, argument)` has the answer, and undefined where the
 * kernel refuses. The reason stands beneath the view until the next answer.
 * @param {Pick<Host, "send" | "mark">} host
 * @param {(error: unknown) => string} words  how an error is worded
 * @returns {(op: string, argument?: any) => Promise<any>} a promise that is never rejected
 */
export function asker({ send, mark }, words = wordsOf) {
  return async (op, argument) => {
    try {
      const answer = await send(op, argument);
      mark("");
      return answer;
    } catch (error) {
      mark(words(error));
      return undefined;
    }
  };
}

/**
 * Give what asks one question at a time: of what is wanted meanwhile, only the newest.
 * @param {(wanted: object) => Promise<any>} ask  as `asker` gives it: it is never rejected
 * @param {AbortSignal} signal
 */
export function newestAsker(ask, signal) {
  /** @type {object | null} */
  let next = null;
  let asking = false;
  return async (/** @type {object} */ wanted) => {
    next = wanted;
    if (asking) return;
    asking = true;
    while (next && !signal.aborted) {
      const question = next;
      next = null;
      await ask(question);
    }
    asking = false;
  };
}
