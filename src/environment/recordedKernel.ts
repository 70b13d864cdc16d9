/** What a record says of a JavaScript kernel. */

export type JavaScriptLanguage = 'javascript' | 'typescript';

/** As a record names it: nothing in it is of this machine. */
export type RecordedKernel = {
  language: JavaScriptLanguage;
  kernel: 'tslab' | 'deno';
  version?: string;
  /** Of its entry file. */
  sha256: string;
};
