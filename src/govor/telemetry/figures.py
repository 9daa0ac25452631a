"""What is so at the moment of a scrape: states, queues, processes, memory, disk."""

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from govor import __version__
from govor.records import Queue, Statistics

NOTHING = Statistics(by_state={}, audio_seconds=0.0)


class Figures(Collector):
    """Shows the latest Statistics."""

    def __init__(self) -> None:
        self.latest = NOTHING
        self.ready = False

    def collect(self) -> Iterator[Metric]:
        """Called by the registry for each scrape."""
        now = self.latest
        yield gauge("ready", "1 if a job submitted now would run", {"": self.ready}, "")
        yield gauge("build", "Always 1", {__version__: 1}, "version")
        yield gauge("operations", "Operations kept now", now.by_state, "state")
        yield gauge(
            "operations_stranded", "Operations of a version that no worker has", now.stranded, "version"
        )
        yield CounterMetricFamily(
            "govor_audio_seconds",
            "Audio recognised since the start, summed over channels",
            value=now.audio_seconds,
        )
        yield from queues(now.queues)
        yield gauge(
            "clips_waiting", "Pieces of speech that wait for a recogniser", {"": now.clips_waiting}, ""
        )
        yield gauge("recognisers", "Recogniser processes", now.recognisers, "state")
        yield gauge("memory_bytes", "Memory, pages shared counted once", now.memory_bytes, "process")
        yield gauge("processes", "Processes of this service", now.processes, "process")
        yield gauge(
            "disk_free_bytes", "Free on the disk of the data directory", {"": now.disk_free_bytes}, ""
        )


def queues(found: Sequence[Queue]) -> Iterator[Metric]:
    """How much waits, and how long the oldest of it."""
    labels = ("queue", "class")
    depth = GaugeMetricFamily("govor_queue_depth", "What waits for its turn", labels=labels)
    oldest = GaugeMetricFamily("govor_queue_oldest_seconds", "How long the oldest of it waits", labels=labels)
    for queue in found:
        depth.add_metric((queue.name, queue.kind), queue.depth)
        oldest.add_metric((queue.name, queue.kind), queue.oldest_seconds)
    yield from (depth, oldest)


def gauge(name: str, documentation: str, values: Mapping[str, float], label: str) -> Metric:
    """A gauge with one label, or none."""
    family = GaugeMetricFamily(f"govor_{name}", documentation, labels=[label] if label else [])
    for value, number in values.items():
        family.add_metric([value] if label else [], float(number))
    return family
