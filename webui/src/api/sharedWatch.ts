import { Code, ConnectError } from "@connectrpc/connect";

import type { WatchResponse } from "./gen/footfall/v1/live_service_pb";
import { DEAD_AFTER_MS } from "./watchTimes";

/** Opens the server's stream. onOpen is called as soon as the server has answered. */
export type OpenUpstream = (after: bigint, token: string, signal: AbortSignal, onOpen: () => void) => AsyncIterable<WatchResponse>;

/** One tab's stream, as it asked for it. */
export interface Member {
  /** Who is signed in there, in which tenant and role. Only tabs of the same one share a stream. */
  readonly key: string;
  /** The access token that the tab has; good for the key. */
  readonly token: string;
  readonly after: bigint;
  readonly onOpen: () => void;
  readonly onMessage: (response: WatchResponse) => void;
  /** The stream is over; the token is the one that the server was asked with. */
  readonly onEnd: (error: ConnectError, token: string) => void;
}

interface Seat extends Member {
  seen: bigint;
}

/**
 * One stream of the server for all tabs of one account. Each tab gets what comes after its own revision, once: a tab
 * that wants more than the stream can still tell has it opened anew from there, and the others notice nothing.
 *
 * It knows no account by itself, refreshes nothing and tries nothing again: when the stream ends every tab is told,
 * and comes again with a token that is good.
 */
export class SharedWatch {
  readonly #open: OpenUpstream;
  readonly #groups = new Map<string, Group>();

  constructor(open: OpenUpstream) {
    this.#open = open;
  }

  /** Answers what ends the membership; the last one to go closes the server's stream. */
  join(member: Member): () => void {
    let group = this.#groups.get(member.key);
    if (!group) {
      const made = new Group(this.#open, () => {
        if (this.#groups.get(member.key) === made) this.#groups.delete(member.key);
      });
      this.#groups.set(member.key, (group = made));
    }
    return group.join(member);
  }

  /** Ends every stream but those of the key: whoever they were for is signed out. */
  endAllBut(key: string | undefined): void {
    for (const [each, group] of [...this.#groups]) {
      if (each !== key) group.end(new ConnectError("the session is over", Code.Canceled));
    }
  }
}

class Group {
  readonly #open: OpenUpstream;
  readonly #onEmpty: () => void;
  readonly #seats = new Set<Seat>();
  #run: AbortController | undefined;
  #token = "";
  #position = 0n;
  #isOpen = false;

  constructor(open: OpenUpstream, onEmpty: () => void) {
    this.#open = open;
    this.#onEmpty = onEmpty;
  }

  join(member: Member): () => void {
    const seat: Seat = { ...member, seen: member.after };
    this.#seats.add(seat);
    if (!this.#run || member.after < this.#position) this.#restart(member.token);
    else if (this.#isOpen) member.onOpen();
    return () => {
      this.#seats.delete(seat);
      if (this.#seats.size === 0) this.#close();
    };
  }

  end(error: ConnectError): void {
    const seats = [...this.#seats];
    const token = this.#token;
    this.#seats.clear();
    this.#close();
    for (const seat of seats) seat.onEnd(error, token);
  }

  #close(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.#token = "";
    this.#onEmpty();
  }

  #restart(token: string): void {
    this.#run?.abort();
    this.#run = new AbortController();
    this.#token = token;
    this.#isOpen = false;
    this.#position = [...this.#seats].reduce((least, { seen }) => (seen < least ? seen : least), MAX_REVISION);
    void this.#read(this.#run.signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    let deadMan: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(deadMan);
      deadMan = setTimeout(() => {
        silence.abort();
      }, DEAD_AFTER_MS);
    };
    const opened = () => {
      if (signal.aborted) return;
      heard();
      this.#isOpen = true;
      for (const seat of [...this.#seats]) seat.onOpen();
    };
    let failure: unknown = new ConnectError("the stream ended", Code.Unavailable);
    heard();
    try {
      for await (const response of this.#open(this.#position, this.#token, AbortSignal.any([signal, silence.signal]), opened)) {
        if (signal.aborted) return;
        heard();
        this.#position = response.revision;
        for (const seat of [...this.#seats]) hand(seat, response);
      }
    } catch (error) {
      failure = silence.signal.aborted ? new ConnectError("the stream is silent", Code.Unavailable) : error;
    } finally {
      clearTimeout(deadMan);
    }
    if (!signal.aborted) this.end(ConnectError.from(failure));
  }
}

/** Hands over what a tab has not seen. Word without a change says that the line lives, and goes to everybody. */
function hand(seat: Seat, response: WatchResponse): void {
  if (response.change.case !== undefined && response.revision <= seat.seen) return;
  if (response.revision > seat.seen) seat.seen = response.revision;
  seat.onMessage(response.revision === seat.seen ? response : { ...response, revision: seat.seen });
}

const MAX_REVISION = 2n ** 63n - 1n;
