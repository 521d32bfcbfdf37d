"""The rows of bench/run; README.md says what each means. See lab.py for the tools."""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import lab

CHANNEL_AGE = 3 * 3600  # longer than anything a channel holds of its past
VIDEO = "1080p"

# One rung each: what serving costs depends on bytes and playlists, not on how many rungs exist.
SERVING_LADDER = [(VIDEO, 1920, 1080, 6000)]
SMALL_LADDER = [("180p", 320, 180, 300), ("144p", 256, 144, 150)]
FILM_SECONDS = 180
FILMS_IN_LOOP = 10

# config.cc's defaults; what `prepare` gets.
DEFAULT_LADDER = [
    ("1080p", 1920, 1080, 6000),
    ("720p", 1280, 720, 3000),
    ("480p", 854, 480, 1400),
    ("240p", 426, 240, 400),
]


@dataclasses.dataclass
class Effort:
    """How much to measure."""

    rounds: int
    wrk_seconds: int
    serving_film_seconds: int
    channel_counts: tuple
    starts: int
    idle_seconds: int
    viewers_seconds: int
    entries: int
    prepare_rounds: int
    prepare_seconds: int


FULL = Effort(7, 3, 96, (1, 100, 1000), 3, 20, 12, 1000, 3, 30)
QUICK = Effort(2, 2, 24, (1, 100, 1000), 1, 5, 6, 200, 1, 10)


class Table:
    """Prints lines as they are measured."""

    FORMAT = "{:<44} {:>12} {:>12} {:>12}  {}"

    def __init__(self):
        self.missed = []

    def title(self, text):
        print(f"\n{text}")

    def columns(self, *names):
        print(self.FORMAT.format("", *names, ""))

    def line(self, what, ours, theirs="", ratio="", remark="", target=None):
        """`target`: (met, text)"""
        if target:
            met, text = target
            remark = f"{'met' if met else 'MISSED'}: {text}" + (f"; {remark}" if remark else "")
            if not met:
                self.missed.append(what)
        if isinstance(ratio, float):
            ratio = f"{ratio:.2f}"
        print(self.FORMAT.format(what, ours, theirs, ratio, remark).rstrip(), flush=True)

    def note(self, text):
        print(f"  {text}", flush=True)


# --- segments and playlists ------------------------------------------------------------------


@contextlib.contextmanager
def serving_pair(folder, effort):
    """A matinee with one channel whose window is full, and an nginx with nothing yet.

    Yields (matinee, nginx, nginx's root, the suite both speak).
    """
    film = folder / "film.mkv"
    lab.make_film(film, 1280, 720, effort.serving_film_seconds)
    data = folder / "serving"
    lab.make_data(data, film, SERVING_LADDER)
    epoch = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - CHANNEL_AGE))
    lab.command([lab.MATINEE, "channel", "add", "main", "--data", data, "--epoch", epoch])
    root = folder / "static"
    root.mkdir()
    with lab.start_matinee(data) as matinee:
        lab.wait_until_settled(matinee)
        suite, _ = matinee.cipher_suite()
        with lab.start_nginx(folder, root, data, suite) as nginx:
            if nginx.cipher_suite() != matinee.cipher_suite():
                raise lab.BenchError(
                    f"nginx speaks {nginx.cipher_suite()}, matinee {matinee.cipher_suite()}"
                )
            yield matinee, nginx, root, suite


def fetch(server, path, headers=None):
    status, body = server.get(path, headers)
    if status != 200:
        raise lab.BenchError(f"{server.name} answers {path} with {status}: {body[:300]}")
    return body


def put(root, path, body):
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


def expect_equal(matinee, nginx, paths):
    for path in paths:
        if fetch(matinee, path) != fetch(nginx, path):
            raise lab.BenchError(f"{path}: nginx and matinee answer with different bytes")


def compare(matinee, nginx, script, effort, headers=()):
    """([Ran] of matinee, [Ran] of nginx), taken in turns after a short warm-up of both."""
    for server in (matinee, nginx):
        lab.run_wrk(server, script, 1, headers=headers)
    return lab.in_turns(
        effort.rounds,
        lambda: lab.run_wrk(matinee, script, effort.wrk_seconds, headers=headers),
        lambda: lab.run_wrk(nginx, script, effort.wrk_seconds, headers=headers),
    )


def values(runs, field):
    return [getattr(run, field) for run in runs]


def median_of(runs, field):
    return statistics.median(values(runs, field))


@dataclasses.dataclass(frozen=True)
class Measure:
    """What is compared: a rate, and what one unit of it costs. Names are of fields of Ran."""

    rate: str
    rate_unit: str
    rate_scale: float
    cost: str
    cost_unit: str
    cost_scale: float


BYTES = Measure("bytes_per_second", "MB/s", 1e-6, "cpu_per_byte", "s/GB", 1e9)
REQUESTS = Measure("requests_per_second", "/s", 1, "cpu_per_request", "ms", 1e3)


def compare_lines(table, what, matinee, nginx, measure, target=None):
    """The rate, and what it cost server and client. `target` is the least ratio of the rate."""
    ours, theirs = values(matinee, measure.rate), values(nginx, measure.rate)
    ratio = lab.median_ratio(ours, theirs)
    table.line(
        what,
        f"{statistics.median(ours) * measure.rate_scale:.0f} {measure.rate_unit}",
        f"{statistics.median(theirs) * measure.rate_scale:.0f} {measure.rate_unit}",
        ratio,
        spread(ours, theirs),
        target=(ratio >= target, f"at least {target}") if target else None,
    )
    for whose, field in (("the server", measure.cost), ("wrk", f"client_{measure.cost}")):
        ours, theirs = values(matinee, field), values(nginx, field)
        table.line(
            f"  processor time of {whose}",
            f"{statistics.median(ours) * measure.cost_scale:.2f} {measure.cost_unit}",
            f"{statistics.median(theirs) * measure.cost_scale:.2f} {measure.cost_unit}",
            lab.median_ratio(ours, theirs),
            "less is better",
        )


def spread(ours, theirs):
    ratios = [a / b for a, b in zip(ours, theirs)]
    return f"rounds {min(ratios):.2f} to {max(ratios):.2f}"


def segments(table, pair, effort):
    matinee, nginx, root, suite = pair
    base = f"/channels/main/{VIDEO}"
    playlist = fetch(matinee, f"{base}/media.m3u8").decode()
    names = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    # As many as one film has, so that no bytes are asked for by two names; not the oldest ones,
    # which leave the window.
    paths = [f"{base}/{name}" for name in names[-(effort.serving_film_seconds // 4) :]]
    sizes = []
    for path in paths:
        body = fetch(matinee, path)
        sizes.append(len(body))
        put(root, path, body)
    expect_equal(matinee, nginx, paths)
    script = lab.wrk_script(root.parent, "segments", paths)
    ours, theirs = compare(matinee, nginx, script, effort)

    table.title("segments: a channel's segments over TLS, and nginx serving the same as files")
    table.columns("matinee", "nginx", "ratio")
    compare_lines(table, "bytes per second", ours, theirs, BYTES, target=0.9)
    # Per megabyte, since encrypted or not the rest of the work is the same.
    encrypting = float(lab.command([lab.BENCH_ENCRYPTION]).stdout)
    plain = statistics.median(values(ours, BYTES.cost)) * 1e12
    table.line(
        "encrypted against plain, processor time of a MB",
        f"{plain + encrypting:.0f} us",
        f"{plain:.0f} us",
        (plain + encrypting) / plain,
        "for the first viewer; the next are sent the same",
    )
    table.note(
        f"{len(paths)} segments of {min(sizes) / 1e6:.1f} to {max(sizes) / 1e6:.1f} MB, "
        f"TLS 1.3 {suite}, wrk with 4 connections that are kept, {lab.SERVER_THREADS} threads each"
    )


def playlists(table, pair, effort):
    matinee, nginx, root, _ = pair
    path = f"/channels/main/{VIDEO}/media.m3u8"
    plain = fetch(matinee, path)
    packed = fetch(matinee, path, {"Accept-Encoding": "gzip"})
    if packed[:2] != b"\x1f\x8b":
        raise lab.BenchError(f"matinee does not answer {path} with gzip")
    put(root, path, plain)
    put(root, f"{path}.gz", packed)
    if fetch(nginx, path, {"Accept-Encoding": "gzip"}) != packed:
        raise lab.BenchError(f"nginx does not serve {path}.gz")
    script = lab.wrk_script(root.parent, "playlists", [path])

    table.title("playlists: a media playlist of an hour's window, and nginx serving it as a file")
    table.columns("matinee", "nginx", "ratio")
    for what, body, headers in (
        ("gzip", packed, ["Accept-Encoding: gzip"]),
        ("plain", plain, []),
    ):
        ours, theirs = compare(matinee, nginx, script, effort, headers)
        label = f"{what}, {len(body) / 1000:.1f} kB, per second"
        compare_lines(table, label, ours, theirs, REQUESTS)
    table.note(f"{plain.count(b'#EXTINF')} segments in the playlist")


def access(table, pair, effort):
    """The same segments from the same server, by their public address and by a link."""
    matinee, _, root, _ = pair
    base = f"/channels/main/{VIDEO}"
    playlist = fetch(matinee, f"{base}/media.m3u8").decode()
    names = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    names = names[-(effort.serving_film_seconds // 4) :]
    made = lab.command(
        [lab.MATINEE, "link", "add", "--data", root.parent / "serving", "--channel", "main"]
        + ["--viewers", "60000", "--json"]
    )
    link = f"/t/{json.loads(made.stdout)['token']}"
    # The server takes up what the command line has made within a second.
    deadline = time.monotonic() + 10
    while matinee.get(f"{link}{base}/media.m3u8")[0] != 200:
        if time.monotonic() > deadline:
            raise lab.BenchError("the link does not work")
        time.sleep(0.05)
    scripts = {
        prefix: lab.wrk_script(root.parent, name, [f"{prefix}{base}/{segment}" for segment in names])
        for name, prefix in (("by-address", ""), ("by-link", link))
    }
    for script in scripts.values():
        lab.run_wrk(matinee, script, 1)
    by_link, by_address = lab.in_turns(
        effort.rounds,
        lambda: lab.run_wrk(matinee, scripts[link], effort.wrk_seconds),
        lambda: lab.run_wrk(matinee, scripts[""], effort.wrk_seconds),
    )
    table.title("access: segments by a link (signed, with a limit of viewers), and without")
    table.columns("by link", "public", "ratio")
    compare_lines(table, "segments per second", by_link, by_address, REQUESTS)
    checked = float(lab.command([lab.BENCH_ACCESS]).stdout)
    cost = statistics.median(values(by_address, "cpu_per_request")) * 1e6
    table.line(
        "the check alone, of a segment's cost",
        f"{checked:.2f} us",
        f"{cost:.0f} us",
        checked / cost,
        target=(checked / cost < 0.02, "below 2 %"),
    )


# --- channels --------------------------------------------------------------------------------


def small_film(folder):
    """A data folder with one prepared film of FILM_SECONDS, made once a run."""
    data = folder / "small"
    if not data.exists():
        film = folder / "small.mkv"
        lab.make_film(film, 320, 180, FILM_SECONDS)
        lab.make_data(data, film, SMALL_LADDER)
    return data


@dataclasses.dataclass
class Start:
    """One start of a server."""

    seconds_to_ready: float
    cpu_to_ready: float
    memory: lab.Memory


def start(data):
    with lab.start_matinee(data) as server:
        return Start(
            server.seconds_to_ready, lab.cpu_seconds(server.pid), lab.Memory.of(server.pid)
        )


@dataclasses.dataclass
class Idle:
    percent: float  # of one core
    memory: lab.Memory


def idle_together(folders, seconds):
    """Servers that are asked nothing, all at the same time: they do not notice each other."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(lab.start_matinee(data)) for data in folders]
        for server in servers:
            lab.wait_until_settled(server)
        before, begin = [lab.cpu_seconds(server.pid) for server in servers], time.monotonic()
        time.sleep(seconds)
        return [
            Idle(
                100 * (lab.cpu_seconds(server.pid) - cpu) / (time.monotonic() - begin),
                lab.Memory.of(server.pid),
            )
            for server, cpu in zip(servers, before)
        ]


def with_viewers(folder, data, channels, effort):
    """A viewer for each channel, whose player asks for the playlist every four seconds."""
    connections = min(channels, 250)
    paths = [f"/channels/{lab.channel_id(i)}/180p/media.m3u8" for i in range(channels)]
    delay_ms = 4000 * connections // channels
    script = lab.wrk_script(folder, f"viewers-{channels}", paths, delay_ms)
    connections = max(connections, 2)  # wrk: at least one for each of its threads
    headers = ["Accept-Encoding: gzip"]
    with lab.start_matinee(data) as server:
        # Two rounds of all channels first, which fills what is filled on demand.
        lab.run_wrk(server, script, 8, connections, headers)
        ran = lab.run_wrk(server, script, effort.viewers_seconds, connections, headers)
        return ran, lab.Memory.of(server.pid)


def channels(table, folder, effort):
    source = small_film(folder)
    counts = effort.channel_counts
    least, most = counts[0], counts[-1]
    table.title(
        f"channels: each loops {FILMS_IN_LOOP} films of {FILM_SECONDS} s, an hour's window, "
        f"{CHANNEL_AGE // 3600} hours old"
    )
    table.columns(*[f"{count}" for count in counts])

    def row(what, texts, target=None):
        table.line(what, *texts, target=target)

    def row_per_channel(what, memories, most_kb=None):
        each = (memories[-1].resident_kb - memories[0].resident_kb) / (most - least)
        target = (each < most_kb, f"under {most_kb} KB") if most_kb else None
        row(what, ["", "", f"{each:.1f}"], target)

    folders = [folder / f"channels-{count}" for count in counts]
    first = []
    for count, data in zip(counts, folders):
        lab.copy_entries(data, source, FILMS_IN_LOOP)
        lab.add_channels(data, count, FILMS_IN_LOOP, CHANNEL_AGE)
        first.append(start(data))
    row("s to ready, first start", [f"{run.seconds_to_ready:.2f}" for run in first])
    row("  processor time", [f"{run.cpu_to_ready:.2f}" for run in first])

    again = lab.in_turns(effort.starts, *[lambda data=data: start(data) for data in folders])
    row("s to ready, started again", [f"{median_of(a, 'seconds_to_ready'):.2f}" for a in again])
    row("  processor time", [f"{median_of(a, 'cpu_to_ready'):.2f}" for a in again])

    idle = idle_together(folders, effort.idle_seconds)
    row(
        f"idle for {effort.idle_seconds} s, % of a core",
        [f"{i.percent:.2f}" for i in idle],
        target=(idle[-1].percent < 1, f"{most} under 1 %"),
    )
    row("resident MB, idle", [f"{i.memory.resident_kb / 1e3:.1f}" for i in idle])
    row("private MB, idle", [f"{i.memory.private_dirty_kb / 1e3:.1f}" for i in idle])
    row_per_channel("KB for each further channel, idle", [i.memory for i in idle], most_kb=100)

    ran, memories = zip(
        *[with_viewers(folder, data, count, effort) for count, data in zip(counts, folders)]
    )
    row("viewers' playlists per second", [f"{r.requests_per_second:.1f}" for r in ran])
    row("with viewers, % of a core", [f"{100 * r.cpu_share:.1f}" for r in ran])
    row("with viewers, 99 % answered within ms", [f"{r.p99_ms:.1f}" for r in ran])
    row("resident MB, with viewers", [f"{memory.resident_kb / 1e3:.1f}" for memory in memories])
    row_per_channel("KB for each further channel, one rung watched", memories)


# --- library ---------------------------------------------------------------------------------


def library(table, folder, effort):
    source = small_film(folder)
    folders = []
    for count in (effort.entries, 1):
        data = folder / f"library-{count}"
        lab.copy_entries(data, source, count)
        lab.add_channels(data, 1, count, CHANNEL_AGE)
        start(data)  # makes the rundown
        folders.append(data)
    many, one = lab.in_turns(
        max(3, effort.starts), *[lambda data=data: start(data) for data in folders]
    )
    table.title(f"library: a start with {effort.entries} entries of {FILM_SECONDS} s, and with one")
    table.columns(f"{effort.entries}", "1", "ratio")
    table.line(
        "s to ready",
        f"{median_of(many, 'seconds_to_ready'):.3f}",
        f"{median_of(one, 'seconds_to_ready'):.3f}",
        lab.median_ratio(values(many, "seconds_to_ready"), values(one, "seconds_to_ready")),
    )
    table.line(
        "s of processor time",
        f"{median_of(many, 'cpu_to_ready'):.2f}",
        f"{median_of(one, 'cpu_to_ready'):.2f}",
    )
    further = effort.entries - 1

    def each(field):
        return (median_of(many, field) - median_of(one, field)) / further

    table.line("ms for each further entry", f"{1e3 * each('seconds_to_ready'):.2f}")
    for what, field in (("resident", "resident_kb"), ("private", "private_dirty_kb")):
        each_kb = (
            statistics.median(getattr(run.memory, field) for run in many)
            - statistics.median(getattr(run.memory, field) for run in one)
        ) / further
        table.line(f"KB {what} for each further entry", f"{each_kb:.1f}")
    table.note("what is resident but not private is the page cache's: mapped indices and media")


# --- prepare ---------------------------------------------------------------------------------


def ffmpeg_prepare(film, out):
    """What `prepare` makes, as ffmpeg does: a loudness pass, then all rungs from one decode."""
    out.mkdir()
    measured = lab.timed(
        ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-y", "-i", film, "-map", "0:a"]
        + ["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"]
    )
    loudness = re.findall(r"I:\s+(-?[\d.]+) LUFS", measured.stderr)
    if not loudness:
        raise lab.BenchError(f"ffmpeg's ebur128 did not say how loud {film} is")
    gain = -23.0 - float(loudness[-1])
    split = f"[0:v]split={len(DEFAULT_LADDER)}" + "".join(f"[s{r[0]}]" for r in DEFAULT_LADDER)
    scales = [
        f"[s{name}]scale={width}:{height}:flags=bilinear,format=yuv420p[{name}]"
        for name, width, height, _ in DEFAULT_LADDER
    ]
    arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", film]
    arguments += ["-filter_complex", ";".join([split, *scales])]
    fragmented = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-f", "mp4"]
    for name, _, _, kbps in DEFAULT_LADDER:
        arguments += ["-map", f"[{name}]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "22"]
        arguments += ["-maxrate", f"{kbps}k", "-bufsize", f"{kbps}k", "-g", "50"]
        arguments += ["-keyint_min", "50", "-sc_threshold", "0", "-profile:v", "high"]
        arguments += ["-x264-params", "stitchable=1", *fragmented, out / f"{name}.mp4"]
    arguments += ["-map", "0:a", "-af", f"volume={gain:.2f}dB", "-c:a", "aac", "-b:a", "160k"]
    arguments += ["-ac", "2", "-ar", "48000", *fragmented, out / "audio.mp4"]
    encoded = lab.timed(arguments)
    return dataclasses.replace(
        encoded, wall=measured.wall + encoded.wall, cpu=measured.cpu + encoded.cpu
    )


def ffmpeg_check(out):
    """Decodes every track ffmpeg_prepare() wrote, as one would before trusting it on the air."""
    tracks = sorted(out.glob("*.mp4"))
    runs = [
        lab.timed(["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", track, "-f", "null", "-"])
        for track in tracks
    ]
    return sum(run.wall for run in runs), sum(run.cpu for run in runs)


def prepare(table, folder, effort):
    film = folder / "prepare.mkv"
    lab.make_film(film, 1280, 720, effort.prepare_seconds)
    outputs = [folder / "prepared", folder / "by-ffmpeg"]
    sizes = [0, 0]

    def clean(output):
        sizes[outputs.index(output)] = sum(f.stat().st_size for f in output.glob("*.mp4"))
        shutil.rmtree(output)

    def ours():
        spent = lab.timed([lab.MATINEE, "prepare", film, "--out", outputs[0], "--progress", "none"])
        clean(outputs[0])
        return spent

    checked = []

    def theirs():
        spent = ffmpeg_prepare(film, outputs[1])
        wall, cpu = ffmpeg_check(outputs[1])
        checked.append(dataclasses.replace(spent, wall=spent.wall + wall, cpu=spent.cpu + cpu))
        clean(outputs[1])
        return spent

    ours_runs, theirs_runs = lab.in_turns(effort.prepare_rounds, ours, theirs)
    table.title(
        f"prepare: {effort.prepare_seconds} s of 720p25 into the default ladder, and ffmpeg with "
        "the same ladder, preset and rates"
    )
    table.columns("matinee", "ffmpeg", "ratio")
    for what, field in (("s of wall clock", "wall"), ("s of processor time", "cpu")):
        ratio = lab.median_ratio(values(ours_runs, field), values(theirs_runs, field))
        table.line(
            what,
            f"{median_of(ours_runs, field):.1f}",
            f"{median_of(theirs_runs, field):.1f}",
            ratio,
            spread(values(ours_runs, field), values(theirs_runs, field)),
            target=(ratio <= 1.0, "at most 1.0"),
        )
    for what, field in (("s of wall clock", "wall"), ("s of processor time", "cpu")):
        ours_values, checked_values = values(ours_runs, field), values(checked, field)
        table.line(
            f"{what}, ffmpeg's checked too",
            f"{statistics.median(ours_values):.1f}",
            f"{statistics.median(checked_values):.1f}",
            lab.median_ratio(ours_values, checked_values),
            spread(ours_values, checked_values),
        )
    table.line(
        "MB written", f"{sizes[0] / 1e6:.1f}", f"{sizes[1] / 1e6:.1f}", sizes[0] / sizes[1]
    )
    table.note(
        "matinee also checks what it wrote by decoding it, and makes poster and thumbnails; "
        '"checked too": after ffmpeg has decoded what it wrote'
    )


# --- all -------------------------------------------------------------------------------------

ROWS = ("segments", "playlists", "access", "channels", "library", "prepare")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--idle", type=int, metavar="SECONDS")
    arguments = parser.parse_args()
    for row in arguments.rows:
        if row not in ROWS:
            parser.error(f"there is no row {row}; the rows are {', '.join(ROWS)}")
    arguments.rows = arguments.rows or list(ROWS)
    return arguments


def measure(rows, effort, folder):
    table = Table()

    def with_load(*groups, context=contextlib.nullcontext):
        begin = lab.MachineTime.now()
        with context() as pair:
            for group in groups:
                group(pair)
        table.note(f"meanwhile: {lab.load_remark(begin, lab.MachineTime.now())}")

    serving = [row for row in (segments, playlists, access) if row.__name__ in rows]
    if serving:
        with_load(
            *[lambda pair, row=row: row(table, pair, effort) for row in serving],
            context=lambda: serving_pair(folder, effort),
        )
    for row in (channels, library, prepare):
        if row.__name__ in rows:
            with_load(lambda _, row=row: row(table, folder, effort))
    return table


def main():
    arguments = parse_arguments()
    effort = QUICK if arguments.quick else FULL
    if arguments.idle:
        effort = dataclasses.replace(effort, idle_seconds=arguments.idle)
    if not lab.MATINEE.exists():
        print(f"bench: no {lab.MATINEE}; MATINEE_BUILD must name a build", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))  # so that contexts end their servers

    begin = lab.MachineTime.now()
    time.sleep(1)
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; before we began "
        f"{lab.load_remark(begin, lab.MachineTime.now())}"
    )
    with tempfile.TemporaryDirectory(prefix="matinee-bench-") as folder:
        try:
            table = measure(arguments.rows, effort, pathlib.Path(folder))
        except (lab.BenchError, subprocess.TimeoutExpired) as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
    print("\n" + (f"missed: {', '.join(table.missed)}" if table.missed else "all targets met"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
