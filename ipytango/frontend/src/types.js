// Types that the modules share; nothing here runs.

/**
 * @typedef {(Uint8Array|Int8Array|Uint16Array|Int16Array|Uint32Array|Int32Array|Float32Array
 *   |Float64Array) & {shape: number[]}} Buffer
 *   An array of a frame, with its shape.
 *
 * @typedef {object} Host  What a view gets to work with.
 * @property {HTMLElement} el  empty, and the view's own
 * @property {any} config  what the panel's `config` gave
 * @property {(op: string, argument?: any) => Promise<any>} send  ask the panel; rejects with an Error
 * @property {AbortSignal} signal  aborted when the view goes: all listeners hang on it
 * @property {(text: string) => void} mark  show a line beneath the view; "" takes it away
 *
 * @typedef {object} View  What `mount` of a view gives back.
 * @property {(data: any, buffers: Buffer[]) => void} draw  show a frame; at most once per repaint
 *   for a whole one, in order and each for those that add to what there is
 * @property {(config: any) => void} [configure]  the panel's config is another one
 * @property {(sinceMs: number|null) => void} [stale]  nothing has come since that time; null: again
 * @property {(px: number) => void} [resize]  its width is now so many CSS pixels
 *
 * @typedef {(host: Host) => View} Mount
 *
 * @typedef {object} Entry  One panel's part of a batch.
 * @property {string} p  the panel
 * @property {any} [d]  the data
 * @property {{t: string, s: number[]}[]} [b]  type and shape of its buffers
 * @property {1} [f]  it says everything
 * @property {string} [e]  an error instead of a frame
 *
 * @typedef {object} Frame
 * @property {any} data
 * @property {Buffer[]} buffers
 * @property {boolean} whole
 * @property {string} [error]
 *
 * @typedef {object} Model  The part of anywidget's model that is used.
 * @property {(name: string) => any} get
 * @property {(content: any, callbacks?: any, buffers?: ArrayBuffer[]) => void} send
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback: (...args: any[]) => void) => void} off
 */

export {};
