"""Train by the clock: the learning rate falls to zero at a wall-clock deadline, however slow the machine.

    python -m training.train --until 19:35 [--run NAME]      # UTC; or --minutes 110

Started again, it goes on from the last checkpoint of the run; the deadline is the one it is told now, the
start that of the first time. One process a core, each with batches of its own, gradients averaged: two
one-thread processes do a third more than one process of two threads (LOG.md).
"""

import argparse
import json
import os
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, distributed, multiprocessing, nn
from torch.nn import functional

from training import batches
from training.alphabet import BLANK_ID
from training.checkpoints import Average, begin_from, load, save
from training.dev import error_rates
from training.model import Recogniser, Shape
from training.paths import work_dir

seed = 1337
learning_rate = 2e-3
weight_decay = 0.01
warm_up_hours = 1.5  # of audio
flat_until = 0.25  # of the time; then linear to zero
intermediate_weight = 0.3
gradient_norm_max = 1.0
clean_hours, full_hours = 12, 35  # near-clean until the loss breaks, then rougher and rougher
checkpoint_seconds = 240
dev_seconds = 480


def main() -> None:
    arguments = parsed()
    (work_dir() / "runs" / arguments.run).mkdir(parents=True, exist_ok=True)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    multiprocessing.spawn(one_of, args=(arguments,), nprocs=arguments.processes)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="main")
    parser.add_argument("--until", help="HH:MM, UTC, the next such")
    parser.add_argument("--minutes", type=float, default=110)
    parser.add_argument(
        "--pause-hours", type=float, default=float("inf"), help="of audio; stop there for now"
    )
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--begin", type=Path, help="weights of checkpoints.write_weights for a new run")
    arguments = parser.parse_args()
    now = datetime.now(UTC)
    end = now + timedelta(minutes=arguments.minutes)
    if arguments.until:
        hour, minute = map(int, arguments.until.split(":"))
        end = now.replace(hour=hour, minute=minute, second=0)
        end += timedelta(days=end < now)
    arguments.deadline = end.timestamp()
    return arguments


def free_port() -> int:
    """A port of the loopback for the processes to meet at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def one_of(rank: int, arguments: argparse.Namespace) -> None:
    """The process `rank`, 0 the one that writes files."""
    distributed.init_process_group("gloo", rank=rank, world_size=arguments.processes)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    folder = work_dir() / "runs" / arguments.run
    train(folder, rank, deadline=arguments.deadline, pause_hours=arguments.pause_hours, begin=arguments.begin)
    distributed.destroy_process_group()


def train(folder: Path, rank: int, *, deadline: float, pause_hours: float, begin: Path | None) -> None:
    """Run or resume until the deadline; leave `last.pt` and log.jsonl."""
    model = Recogniser(Shape())
    optimiser = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.98), weight_decay=weight_decay, fused=True
    )
    average = Average(model)
    state = load(folder, model, optimiser, average)
    if begin is not None and state["steps"] == 0:
        state = begin_from(begin, model, average)
    state.setdefault("started", time.time())
    shuffle = seed + state["steps"] + int(state.get("warm_from", 0))  # a run that goes on sees other batches
    stream = batches.Stream(shuffle + 1_000_003 * rank, state["hours"], clean_hours, full_hours)
    clock = {"checkpoint": time.time(), "dev": time.time(), "loss": 0.0, "count": 0}
    for batch in batches.loader(stream):
        spent = (time.time() - state["started"]) / (deadline - state["started"])
        enough = spent >= 1 or state["hours"] > pause_hours
        set_rate(optimiser, rate(min(1.0, spent), state["hours"] - state.get("warm_from", 0.0)))
        done = step(model, optimiser, batch, enough=enough)
        average.update(model)
        state["steps"] += 1
        state["hours"] += done.hours
        clock["loss"] += done.loss
        clock["count"] += 1
        if done.enough:
            break
        if rank == 0:
            write_down(folder, clock, model, optimiser, average, state)
    if rank == 0:
        save(folder, model, optimiser, average, state)
        note(folder, {"end": True, **state, **error_rates(model), **error_rates(average.model, "average_")})


def write_down(
    folder: Path,
    clock: dict[str, Any],
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    average: Average,
    state: dict[str, Any],
) -> None:
    """A checkpoint and development error rates, each when its time has come."""
    if time.time() - clock["checkpoint"] > checkpoint_seconds:
        report(folder, state, clock)
        save(folder, model, optimiser, average, state)
    if time.time() - clock["dev"] > dev_seconds:
        note(folder, {"steps": state["steps"], "hours": state["hours"], **error_rates(average.model)})
        clock["dev"] = time.time()


def rate(spent: float, hours: float) -> float:
    """Learning rate by the part of the time spent, after a warm-up in hours of audio."""
    falling = min(1.0, (1 - spent) / (1 - flat_until))
    return learning_rate * min(1.0, (hours + 0.01) / warm_up_hours) * falling


def set_rate(optimiser: torch.optim.Optimizer, value: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = value


@dataclass(frozen=True, slots=True)
class Done:
    """A step of all processes: mean loss in nats a symbol, hours of audio, whether one had enough."""

    loss: float
    hours: float
    enough: bool


def step(model: Recogniser, optimiser: torch.optim.Optimizer, batch: batches.Batch, *, enough: bool) -> Done:
    """One step of all processes together. A step whose gradient is not finite is skipped."""
    with torch.autocast("cpu", torch.bfloat16):
        last, middle = model(batch.features.bfloat16(), batch.lengths)
    counts = model.step_counts(batch.lengths)
    final = ctc(last, counts, batch)
    loss = (1 - intermediate_weight) * final + intermediate_weight * ctc(middle, counts, batch)
    optimiser.zero_grad()
    loss.backward()
    numbers = [float(final.detach()), int(batch.lengths.sum()) / 360_000, float(enough)]
    mean_loss, mean_hours, mean_enough = shared(model, numbers)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), gradient_norm_max)
    if torch.isfinite(norm):
        optimiser.step()
    return Done(mean_loss, mean_hours * distributed.get_world_size(), mean_enough > 0)


def shared(model: nn.Module, numbers: list[float]) -> list[float]:
    """Gradients become their mean over the processes, which is what all then step by; so do `numbers`."""
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    flat = torch.cat([*(gradient.reshape(-1) for gradient in gradients), torch.tensor(numbers)])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    sizes = [gradient.numel() for gradient in gradients]
    *parts, means = flat.split([*sizes, len(numbers)])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))
    return [float(mean) for mean in means]


def ctc(log_probs: Tensor, counts: Tensor, batch: batches.Batch) -> Tensor:
    """CTC in nats per symbol of the batch; utterances too fast to be spelled are left out."""
    losses = functional.ctc_loss(
        log_probs.transpose(0, 1),
        batch.targets,
        counts,
        batch.target_lengths,
        blank=BLANK_ID,
        reduction="sum",
        zero_infinity=True,
    )
    return losses / max(1, int(batch.target_lengths.sum()))


def report(folder: Path, state: dict[str, Any], clock: dict[str, Any]) -> None:
    """A line of log.jsonl with the mean loss since the last one."""
    now = time.time()
    loss = clock["loss"] / clock["count"]
    note(folder, {"steps": state["steps"], "hours": state["hours"], "loss": loss})
    clock |= {"checkpoint": now, "loss": 0.0, "count": 0}


def note(folder: Path, values: dict[str, Any]) -> None:
    """Append to log.jsonl and print."""
    line = json.dumps({"at": datetime.now(UTC).strftime("%H:%M:%S")} | values)
    with (folder / "log.jsonl").open("a") as file:
        file.write(line + "\n")
    print(line, flush=True)


if __name__ == "__main__":
    main()
