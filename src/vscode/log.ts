import { homedir } from 'node:os';

/** The Reprise output channel, for decisions and failures; a person pastes it into a bug report. */
export type Log = {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  show(): void;
};

type Channel = Pick<Log, 'info' | 'warn' | 'error'> & { show(preserveFocus?: boolean): void };

/** Writes to the channel, with the home directory as `~`. */
export function logTo(channel: Channel, home = homedir()): Log {
  const clean = (text: string): string => text.replaceAll(home, '~');
  return {
    info: (text) => channel.info(clean(text)),
    warn: (text) => channel.warn(clean(text)),
    error: (text) => channel.error(clean(text)),
    show: () => channel.show(true),
  };
}
