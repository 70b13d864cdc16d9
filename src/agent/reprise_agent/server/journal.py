"""What the kernel said, in its order, kept by execution so that a window that was away misses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections import deque
from dataclasses import dataclass
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

from .spool import Spool
from .wire import Message, to_websocket

_BLOCK = 256 * 1024
_LENGTH = struct.Struct("<Q")

# A place in the journal: number of the segment, byte in it.
Position = Tuple[int, int]


@dataclass
class Execution:
    """One `execute_request`. `cell`: id and index as the window gave them; None where it gave none."""

    message: str
    cell: Optional[Dict[str, Any]]
    code: str  # sha256 of the source
    started: bool = False
    replied: bool = False
    idle: bool = False
    over: bool = False  # its kernel has ended
    cut: bool = False
    seen: bool = False  # the notebook shows it: a window that comes later need not

    @property
    def done(self) -> bool:
        return self.over or (self.replied and self.idle)

    def model(self) -> Dict[str, Any]:
        state = "done" if self.done else "running"
        return {
            "msgId": self.message,
            "cell": self.cell,
            "code": self.code,
            "state": state,
            "cut": self.cut,
        }


class Segment:
    """From the first message of one execution to the first of the next, whatever those messages belong to: a thread of
    an earlier cell may still print, and order is what the windows need. `execution` is None before the first."""

    def __init__(self, number: int, execution: Optional[Execution]) -> None:
        self.number = number
        self.execution = execution
        self._spool = Spool()
        self._withdrawn: Set[int] = set()

    @property
    def done(self) -> bool:
        return self.execution is None or self.execution.done

    @property
    def size(self) -> int:
        return self._spool.size

    def append(self, message: Message) -> Position:
        """Raises OSError with the message not kept."""
        pieces = to_websocket(message)
        position = (self.number, self.size)
        self._spool.append([_LENGTH.pack(sum(len(piece) for piece in pieces)), *pieces])
        return position

    def withdraw(self, offset: int) -> None:
        self._withdrawn.add(offset)

    def read(self, offset: int) -> "tuple[List[bytes], int]":
        """About a block of whole messages, at least one, and where the next begins."""
        block = self._spool.read(offset, _BLOCK)
        if block:
            (length,) = _LENGTH.unpack_from(block)
            if length > len(block) - _LENGTH.size:
                # Read alone: a slice of the block would be a second copy of what may be large.
                start, end = offset + _LENGTH.size, offset + _LENGTH.size + length
                return [] if offset in self._withdrawn else [self._spool.read(start, length)], end
        messages, at = [], 0
        while at + _LENGTH.size <= len(block):
            (length,) = _LENGTH.unpack_from(block, at)
            end = at + _LENGTH.size + length
            if end > len(block):
                break
            if offset + at not in self._withdrawn:
                messages.append(block[at + _LENGTH.size : end])
            at = end
        return messages, offset + at

    def close(self) -> None:
        self._spool.close()


class Journal:
    """Executions that are done are kept until `KEEP` newer ones, or `KEEP_BYTES` of newer ones, are kept. Of one
    execution's messages `CUT_BYTES` are kept, and what tells its end."""

    KEEP = 100
    KEEP_BYTES = 64 << 20
    CUT_BYTES = 2 << 30

    def __init__(self) -> None:
        self._segments: Deque[Segment] = deque([Segment(0, None)])
        self._executions: Dict[str, Execution] = {}
        self._readers: Set[Reader] = set()
        self._confirmed: Dict[str, Position] = {}
        self._question: Optional[Tuple[str, Optional[Position]]] = None
        self._death: Optional[Position] = None

    def executions(self) -> List[Execution]:
        """Those that a notebook may not show yet, oldest first, as they were asked for."""
        return [each for each in self._executions.values() if not each.seen]

    def saw(self, message: str) -> None:
        """A notebook shows this execution, and those before it that are done."""
        if message not in self._executions:
            return
        for name, execution in self._executions.items():
            execution.seen = execution.seen or execution.done
            if name == message:
                return

    @property
    def running(self) -> Optional[Execution]:
        """The one that the kernel is at; else the next, whose beginning a dying kernel may have been unable to tell."""
        unfinished = [each for each in self._executions.values() if not each.done]
        return next((each for each in unfinished if each.started), unfinished[0] if unfinished else None)

    @property
    def quiet(self) -> bool:
        """No cell runs."""
        return not any(each.started and not each.done for each in self._executions.values())

    @property
    def working(self) -> bool:
        """A cell runs, and not only waits for a person to type something."""
        return not self.quiet and self._question is None

    def request(self, execution: Execution) -> bool:
        """Notes what the kernel is about to be asked. False for a request that was sent before: a window whose
        connection broke may send it again, and it must not run twice."""
        if execution.message in self._executions:
            return False
        self._executions[execution.message] = execution
        return True

    def add(self, message: Message) -> None:
        execution = self._executions.get(message.parent.get("msg_id", ""))
        if execution is not None and not execution.started:
            self._start(execution)
        position = self._keep(message)
        if message.kind == "input_request":
            self._question = (message.parent.get("msg_id", ""), position)
        if execution is not None and not execution.done:
            self._follow(execution, message)
        for reader in self._readers:
            reader.wake()

    def answered(self) -> None:
        """The question is not put again to a window that comes later."""
        if self._question is not None:
            self._withdraw(self._question[1])
        self._question = None

    def end(self, death: Optional[Message] = None) -> None:
        """The kernel is no more: nothing that was asked of it will be done. `death` tells the windows."""
        self.answered()
        for execution in self._executions.values():
            execution.over = True
        if death is not None:
            self._death = self._keep(death)
        for reader in self._readers:
            reader.wake()

    def revive(self) -> None:
        """Another kernel process takes its place: a window that comes later must not hear of the earlier death."""
        self._withdraw(self._death)
        self._death = None

    def close(self) -> None:
        for segment in self._segments:
            segment.close()

    def read(self, position: Position) -> "tuple[List[bytes], Position]":
        """The next messages, none at the end of the journal; what was dropped meanwhile is passed over."""
        number, offset = max(position, (self._segments[0].number, 0))
        while True:
            segment = self._segments[number - self._segments[0].number]
            messages, offset = segment.read(offset)
            if messages:
                return messages, (number, offset)
            if offset == segment.size:
                if segment is self._segments[-1]:
                    return [], (number, offset)
                number, offset = number + 1, 0

    def reader(self, session: str) -> "Reader":
        """From the oldest message; for a session that was here before, from where it last had everything."""
        reader = Reader(self, session, self._confirmed.get(session, (0, 0)))
        self._readers.add(reader)
        return reader

    def confirm(self, session: str, position: Position) -> None:
        """All before `position` arrived there, and no cell was running."""
        self._confirmed[session] = position

    def forget(self, reader: "Reader") -> None:
        self._readers.discard(reader)

    def _start(self, execution: Execution) -> None:
        """The kernel takes requests in their order: one before this that it never began is not going to be done."""
        for earlier in self._executions.values():
            if earlier is execution:
                break
            earlier.over = earlier.over or not earlier.started
        execution.started = True
        self._begin(execution)

    def _begin(self, execution: Optional[Execution]) -> Segment:
        self._segments.append(Segment(self._segments[-1].number + 1, execution))
        self._drop()
        return self._segments[-1]

    def _keep(self, message: Message) -> Optional[Position]:
        segment = self._segments[-1]
        owner = segment.execution
        tells_end = message.channel != "iopub" or message.kind in ("status", "error")
        if not tells_end and owner is not None:
            owner.cut = owner.cut or segment.size >= self.CUT_BYTES
            if owner.cut:
                return None
        try:
            return segment.append(message)
        except OSError:
            if owner is not None:
                owner.cut = True
            if not tells_end:
                return None
        # The disk is full. A new segment begins in memory, where there is room for what tells the end.
        with contextlib.suppress(OSError):
            return self._begin(owner).append(message)
        return None

    def _follow(self, execution: Execution, message: Message) -> None:
        if message.kind == "execute_reply":
            execution.replied = True
        elif message.kind == "status" and message.content().get("execution_state") == "idle":
            execution.idle = True
        if execution.done:
            if self._question is not None and self._question[0] == execution.message:
                self.answered()
            self._drop()

    def _drop(self) -> None:
        newer = sum(segment.size for segment in self._segments) - self._segments[0].size
        needed = min((reader.position[0] for reader in self._readers), default=self._segments[-1].number)
        while len(self._segments) > 1 and self._segments[0].done and self._segments[0].number < needed:
            if len(self._segments) - 1 < self.KEEP and newer < self.KEEP_BYTES:
                return
            dropped = self._segments.popleft()
            dropped.close()
            if dropped.execution is not None:
                self._executions.pop(dropped.execution.message, None)
            newer -= self._segments[0].size

    def _withdraw(self, position: Optional[Position]) -> None:
        first = self._segments[0].number
        if position is not None and position[0] >= first:
            self._segments[position[0] - first].withdraw(position[1])


class Reader:
    """One window's place in the journal."""

    def __init__(self, journal: Journal, session: str, position: Position) -> None:
        self.position = position
        self._journal = journal
        self._session = session
        self._asked: Optional[Position] = None
        self._more = asyncio.Event()

    def take(self) -> List[bytes]:
        messages, self.position = self._journal.read(self.position)
        return messages

    async def wait(self) -> None:
        """Until there is more to take."""
        self._more.clear()
        await self._more.wait()

    def wake(self) -> None:
        self._more.set()

    def question(self) -> Optional[bytes]:
        """To be sent once everything is taken and no cell runs: its answer confirms that everything arrived."""
        if not self._journal.quiet or self._asked == self.position:
            return None
        self._asked = self.position
        return b"%d %d" % self._asked

    def answer(self, text: bytes) -> None:
        if self._asked is not None and text == b"%d %d" % self._asked:
            self._journal.confirm(self._session, self._asked)

    def close(self) -> None:
        self._journal.forget(self)
