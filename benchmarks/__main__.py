"""Times our layers beside Keras, torch and JAX, and writes `benchmarks/RESULTS.md`.

    python -m benchmarks [--cells LSTM GRU] [--seconds 4] [--threads 2]

Cells that are not asked for keep their last results, so that a long run can be split.
"""

import argparse
import functools
import json
import os
import pathlib
import platform
import statistics

from benchmarks import lengths, markdown
from rnn_utils import process
from tests.layers.families import DROP_INS

FOLDER = pathlib.Path(__file__).parent
RECORD = FOLDER / "results.json"
SHAPES = [
    (64, 100, 128, 128),
    (32, 50, 64, 64),
    (16, 1000, 64, 128),
    (32, 200, 256, 256),
    (128, 28, 28, 128),
    (1, 100, 128, 256),
]
MASKED = (32, 100, 64, 64)
PEERS = ["Keras", "Keras jit", "torch", "JAX"]


def main():
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", nargs="*", choices=TIMERS, default=[*TIMERS])
    parser.add_argument("--seconds", type=float, default=4.0, help="for each case")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    limit_threads(options.threads)
    # One process, so that all peers have the same allocator, as in a notebook.
    kept = process.keep_freed_memory()
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    record["machine"] = machine(options.threads, kept)
    for cell in options.cells:
        record[cell] = TIMERS[cell](options.seconds)
        write(RECORD, json.dumps(record, indent=1) + "\n")
        write(FOLDER / "RESULTS.md", report(record))


def write(path, text):
    """Writes a file as git keeps it, whatever the system's own habits are."""
    path.write_text(text, encoding="utf-8", newline="\n")


def limit_threads(threads):
    """Gives every library the same number of cores and threads."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def machine(threads, memory_kept):
    """Describes what was measured on, without names and paths."""
    import importlib.metadata

    parts = []
    for name in ("tensorflow", "tensorflow-cpu", "keras", "torch", "jax"):
        try:
            parts.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {threads} threads, "
        f"Python {platform.python_version()}, {', '.join(parts)}"
        f"{', freed memory kept' if memory_kept else ''}"
    )


def time_cell(cell, seconds):
    """Times all cases of a drop-in; returns rows of results."""
    from benchmarks import peers, timing

    cases = [peers.Case(cell, s, t) for t in (True, False) for s in SHAPES]
    cases += [peers.Case(cell, MASKED, t, masked=True) for t in (True, False)]
    rows = []
    for case in cases:
        names = peers.available(case)
        functions = {name: peers.BUILDERS[name](case) for name in names}
        results = timing.side_by_side(functions, seconds)
        rows.append(summary(case.name, case.training, results))
    memory = {n: timing.peak_memory(n, cases[0]) for n in peers.available(cases[0])}
    return {"rows": rows, "memory": memory}


def time_fit():
    """Times three epochs of `model.fit`; returns one row of results."""
    from benchmarks import end_to_end

    return {"rows": [summary("model.fit, one epoch", True, end_to_end.run())]}


# What `--cells` may name; each takes the seconds for a case.
TIMERS = {
    **{cell: functools.partial(time_cell, cell) for cell in DROP_INS},
    "fit": lambda seconds: time_fit(),  # Its length is that of three epochs.
    "lengths": lengths.run,
}


def summary(name, training, results):
    """Boils timings down to medians and quartiles, and prints them."""
    row = {"case": name, "training": training, "ms": {}, "first": {}, "ratio": {}}
    for peer, result in results.items():
        quartiles = statistics.quantiles(result["ratios"], n=4)
        row["ms"][peer] = round(1000 * result["median"], 2)
        row["first"][peer] = round(result["first"], 2)
        row["ratio"][peer] = [round(q, 2) for q in quartiles]
    shown = {peer: ratio[1] for peer, ratio in row["ratio"].items() if peer != "ours"}
    print(name, "train" if training else "infer", row["ms"]["ours"], shown, flush=True)
    return row


def report(record):
    """Returns the record as Markdown."""
    lines = [
        "# Our layers beside their peers",
        "",
        f"Measured on {record['machine']}; float32. Figures are the peer's time "
        "divided by ours, the median over interleaved rounds, with quartiles: above 1, "
        "ours is faster. Shapes: batch, time, features, units. A training step is the "
        "forward pass and all gradients. *First* is the first call, compilation "
        "included, ours and Keras's, in seconds. Written by `make bench`.",
    ]
    for training, title in ((True, "Training"), (False, "Inference")):
        lines += ["", f"## {title}", "", *_times(record, training)]
    lines += ["", "## Memory", "", *_memory(record)]
    if "lengths" in record:
        lines += ["", *lengths.report(record["lengths"])]
    return "\n".join(lines) + "\n"


def _times(record, training):
    rows = []
    for cell in (*DROP_INS, "fit"):
        for row in record.get(cell, {}).get("rows", []):
            if row["training"] == training:
                ratios = [_ratio(row["ratio"].get(peer)) for peer in PEERS]
                first = f"{row['first']['ours']} / {row['first']['Keras']}"
                name = "GRU" if cell == "fit" else cell
                rows.append([name, row["case"], *ratios, row["ms"]["ours"], first])
    return markdown.table(["cell", "shape", *PEERS, "ours, ms", "first"], rows)


def _ratio(quartiles):
    if quartiles is None:
        return ""
    low, middle, high = quartiles
    return f"**{middle:.2f}** ({low:.2f}–{high:.2f})"


def _memory(record):
    names = ["ours", *PEERS]
    rows = []
    for cell in DROP_INS:
        memory = record.get(cell, {}).get("memory", {})
        values = [memory.get(name) for name in names]
        rows.append([cell, *("" if v is None else f"{v:.0f}" for v in values)])
    return [
        "What ten training steps add to a process's peak, in MB, for "
        f"{', '.join(map(str, SHAPES[0]))}.",
        "",
        *markdown.table(["cell", *names], rows),
    ]


if __name__ == "__main__":
    main()
