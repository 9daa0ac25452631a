"""Server-sent events, without I/O: lines in, events out (WHATWG HTML, "Server-sent events")."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it was sent."""

    name: str  # "message" when it has none
    data: str
    id: str = ""


@dataclass(slots=True)
class EventReader:
    """Collects lines until an empty one completes an event."""

    _name: str = ""
    _id: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, line: str) -> Event | None:
        """One line without its end; the event that it completes. Comments (heartbeats) are dropped."""
        if not line:
            return self._completed()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
        elif name == "id":
            self._id = value
        return None

    def _completed(self) -> Event | None:
        event = Event(self._name or "message", "\n".join(self._data), self._id) if self._data else None
        self._name, self._data = "", []
        return event
