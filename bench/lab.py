"""What measurements need: servers that end with us, wrk, films, data folders, the machine's load.

Everything lives in one temporary folder and listens on 127.0.0.1 only.
"""

import contextlib
import ctypes
import dataclasses
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import statistics
import subprocess
import time

MATINEE = pathlib.Path(os.environ["MATINEE_BUILD"]) / "src/app/matinee"
BENCH_ACCESS = pathlib.Path(os.environ["MATINEE_BUILD"]) / "bench/bench-access"
BENCH_ENCRYPTION = pathlib.Path(os.environ["MATINEE_BUILD"]) / "bench/bench-encryption"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SERVER_THREADS = 2  # of matinee, and worker processes of nginx

# No start, command or encoding here takes longer on a machine worth measuring on.
START_TIMEOUT = 300
COMMAND_TIMEOUT = 1800


class BenchError(Exception):
    """A measurement could not be made. The message says why and what to do."""


# --- the machine -----------------------------------------------------------------------------


@dataclasses.dataclass
class MachineTime:
    """Seconds of processor time since boot, of the whole machine and of us."""

    at: float
    busy: float
    stolen: float
    ours: float

    @staticmethod
    def now():
        fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        user, nice, system, _, _, irq, soft, steal = (int(f) / TICKS_PER_SECOND for f in fields)
        own = os.times()
        return MachineTime(
            time.monotonic(),
            user + nice + system + irq + soft,
            steal,
            own.user + own.system + own.children_user + own.children_system,
        )


def load_remark(start, end):
    """How busy others kept the machine between two MachineTimes (our children being gone)."""
    seconds = end.at - start.at
    others = max(0.0, (end.busy - start.busy) - (end.ours - start.ours)) / seconds
    remark = f"{others:.2f} of {os.cpu_count()} cores busy with other work"
    stolen = (end.stolen - start.stolen) / seconds
    return remark + (f", {stolen:.2f} stolen" if stolen >= 0.01 else "")


def processes_of(pid):
    """The process and its children, theirs included."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += processes_of(int(child))
    return found


def cpu_seconds(pid):
    """Processor time that the process and its children have used, the ended ones included."""
    total = 0
    for process in processes_of(pid):
        stat = pathlib.Path(f"/proc/{process}/stat").read_text()
        fields = stat.rsplit(") ", 1)[1].split()
        total += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return total / TICKS_PER_SECOND


@dataclasses.dataclass
class Memory:
    resident_kb: int
    private_dirty_kb: int

    @staticmethod
    def of(pid):
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        return Memory(
            int(re.search(r"^Rss:\s+(\d+)", text, re.M)[1]),
            int(re.search(r"^Private_Dirty:\s+(\d+)", text, re.M)[1]),
        )


# --- processes -------------------------------------------------------------------------------


def die_with_parent():
    """Run in a child: SIGTERM when the bench ends, however it ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def command(arguments, **options):
    """Runs a program to its end; its output as text. Fails with what it said."""
    done = subprocess.run(
        [str(a) for a in arguments],
        capture_output=True,
        text=True,
        timeout=COMMAND_TIMEOUT,
        preexec_fn=die_with_parent,
        check=False,
        **options,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise BenchError(f"{arguments[0]} ended with {done.returncode}: {said}")
    return done


@dataclasses.dataclass
class Spent:
    """What a program took."""

    wall: float
    cpu: float
    stdout: str
    stderr: str


def timed(arguments):
    """Runs a program to its end and says what that took, its children included."""
    before = os.times()
    start = time.monotonic()
    done = command(arguments)
    wall = time.monotonic() - start
    after = os.times()
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return Spent(wall, cpu, done.stdout, done.stderr)


class Server:
    """A server under measurement. Use as a context: it has ended when the context has."""

    def __init__(self, name, arguments, log):
        self.name = name
        self.log = log
        self.started = time.monotonic()
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(a) for a in arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,
            )
        self.pid = self.process.pid
        self.port = None
        self.seconds_to_ready = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def origin(self):
        return f"https://127.0.0.1:{self.port}"

    def fail(self, what):
        raise BenchError(f"{self.name} {what}: {self.log.read_text(errors='replace')[-2000:]}")

    def wait_until(self, condition, what, pause=0.002):
        """Asks every `pause` seconds."""
        deadline = self.started + START_TIMEOUT
        while not condition():
            if self.process.poll() is not None:
                self.fail("ended at once")
            if time.monotonic() > deadline:
                self.fail(f"did not {what} within {START_TIMEOUT} s")
            time.sleep(pause)

    def wait_ready(self, path):
        self.wait_until(lambda: self.answers(path), f"answer {path}")
        self.seconds_to_ready = time.monotonic() - self.started

    def answers(self, path):
        try:
            return self.get(path)[0] == 200
        except OSError:
            return False

    def connect(self):
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=30, context=any_certificate()
        )

    def get(self, path, headers=None):
        """(status, body)"""
        with contextlib.closing(self.connect()) as connection:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read()

    def cipher_suite(self):
        with contextlib.closing(self.connect()) as connection:
            connection.connect()
            return connection.sock.cipher()[0], connection.sock.version()


def any_certificate():
    # The certificate was made a moment ago by what is measured.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def start_matinee(data):
    """Serves a data folder; ready when /readyz says so."""
    server = Server(
        "matinee",
        [MATINEE, "serve", "--data", data, "--listen", "127.0.0.1:0"],
        data / "bench-serve.log",
    )

    def printed_address():
        found = re.search(r"https://127\.0\.0\.1:(\d+)/", server.log.read_text(errors="replace"))
        if found:
            server.port = int(found[1])
        return found is not None

    try:
        server.wait_until(printed_address, "print its address")
        server.wait_ready("/readyz")
    except BaseException:
        server.__exit__()
        raise
    return server


def wait_until_settled(server):
    """Until a matinee has nothing to do: at its first start it makes the slate, then plans anew."""
    waiting = re.compile(r'^matinee_jobs\{state="(queued|running)"\} [^0]', re.M)
    server.wait_until(
        lambda: not waiting.search(server.get("/metrics")[1].decode()), "finish preparing", 0.2
    )

    def quiet_for_a_second():
        before = cpu_seconds(server.pid)
        time.sleep(1)
        return cpu_seconds(server.pid) - before < 0.1

    server.wait_until(quiet_for_a_second, "come to rest")


def start_nginx(folder, root, data, suite):
    """Serves files under `root` with the certificate of a data folder, as well as nginx can."""
    with socket.socket() as probe:  # nginx cannot say which port it got
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = folder / "nginx.conf"
    # As root, nginx's workers would become somebody who may not read our temporary folder.
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(f"""
{user}
worker_processes {SERVER_THREADS};
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    open_file_cache max=10000;
    open_file_cache_valid 60s;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    types {{ video/mp4 m4s; application/vnd.apple.mpegurl m3u8; }}
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    scgi_temp_path {folder}/nginx-scgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    server {{
        listen 127.0.0.1:{port} ssl reuseport backlog=4096;
        ssl_certificate {data}/tls/server.pem;
        ssl_certificate_key {data}/tls/server.key;
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites {suite};
        root {root};
        gzip_static on;
        add_header Cache-Control "public, max-age=31536000, immutable";
        location = /readyz {{ return 200 "ready\\n"; }}
    }}
}}
""")
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    server = Server(
        "nginx", [nginx, "-p", folder, "-c", configuration, "-e", "stderr"], folder / "nginx.log"
    )
    server.port = port
    try:
        server.wait_ready("/readyz")
    except BaseException:
        server.__exit__()
        raise
    return server


# --- wrk -------------------------------------------------------------------------------------

WRK_SCRIPT = """
local paths = {
%(paths)s
}
local delay_ms = %(delay_ms)d
local requests = {}
local threads = 0
next_path = 0 -- global: setup() sets it in each thread, so that they ask for different paths

function setup(thread)
    thread:set("next_path", threads * 7)
    threads = threads + 1
end

function init(args)
    for i, path in ipairs(paths) do
        requests[i] = wrk.format("GET", path)
    end
end

function request()
    next_path = next_path + 1
    return requests[next_path %% #requests + 1]
end

if delay_ms > 0 then
    function delay()
        return delay_ms
    end
end

function done(summary, latency, rates)
    local e = summary.errors
    io.write(string.format(
        '\\nRESULT {"bytes": %%.0f, "requests": %%.0f, "seconds": %%.6f, "bad": %%d, ' ..
        '"p50_ms": %%.3f, "p99_ms": %%.3f}\\n',
        summary.bytes, summary.requests, summary.duration / 1e6,
        e.connect + e.read + e.write + e.status + e.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclasses.dataclass
class Ran:
    """One run of wrk against one server."""

    bytes_per_second: float
    requests_per_second: float
    cpu_per_byte: float  # of the server
    cpu_per_request: float
    client_cpu_per_byte: float  # of wrk
    client_cpu_per_request: float
    cpu_share: float  # of the server, of one core
    p99_ms: float


def run_wrk(server, script, seconds, connections=4, headers=()):
    """Asks for the script's paths in turn, over connections that are kept."""
    arguments = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
    for header in headers:
        arguments += ["-H", header]
    before = cpu_seconds(server.pid)
    client = timed([*arguments, "-s", script, server.origin()])
    cpu = cpu_seconds(server.pid) - before
    said = client.stdout
    result = json.loads(re.search(r"^RESULT (.*)$", said, re.M)[1])
    if result["bad"] or not result["requests"]:
        raise BenchError(f"wrk against {server.name} met errors: {said}")
    wall = result["seconds"]
    return Ran(
        result["bytes"] / wall,
        result["requests"] / wall,
        cpu / result["bytes"],
        cpu / result["requests"],
        client.cpu / result["bytes"],
        client.cpu / result["requests"],
        cpu / wall,
        result["p99_ms"],
    )


def wrk_script(folder, name, paths, delay_ms=0):
    script = folder / f"{name}.lua"
    lines = "\n".join(f"    {json.dumps(path)}," for path in paths)
    script.write_text(WRK_SCRIPT % {"paths": lines, "delay_ms": delay_ms})
    return script


def in_turns(rounds, *subjects):
    """Calls the subjects A B A B ...; a list of results for each."""
    results = [[] for _ in subjects]
    for _ in range(rounds):
        for subject, found in zip(subjects, results):
            found.append(subject())
    return results


def median_ratio(ours, theirs):
    """The median over the rounds of ours/theirs: what changes between rounds cancels out."""
    return statistics.median(a / b for a, b in zip(ours, theirs))


# --- films and data folders ------------------------------------------------------------------


def make_film(path, width, height, seconds):
    """A film with everything moving, grain, and sound of changing loudness, 25 frames a second."""
    wide, high = width * 5 // 4 // 2 * 2, height * 5 // 4 // 2 * 2
    picture = (
        f"testsrc2=s={wide}x{high}:r=25,"
        f"crop={width}:{height}:x='{wide - width}*(0.5+0.5*sin(t*1.3))'"
        f":y='{high - height}*(0.5+0.5*cos(t*0.9))',noise=alls=5:allf=t,format=yuv420p"
    )
    sound = (
        "anoisesrc=c=pink:r=48000:a=0.4:seed=7,aformat=channel_layouts=stereo,tremolo=f=0.3:d=0.8"
    )
    ffmpeg = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    command(
        ffmpeg
        + ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-t", str(seconds)]
        + ["-c:v", "libx264", "-preset", "superfast", "-crf", "20", "-c:a", "aac", "-b:a", "192k"]
        + [path]
    )


def rungs_toml(rungs):
    return "".join(
        f'[[house.rungs]]\nname = "{name}"\nwidth = {width}\nheight = {height}\n'
        f"max_kbps = {kbps}\n"
        for name, width, height, kbps in rungs
    )


def make_data(folder, film, rungs):
    """A data folder with one prepared film. How well it is encoded does not matter here."""
    folder.mkdir()
    (folder / "matinee.toml").write_text(
        f"[server]\nthreads = {SERVER_THREADS}\n"
        f'[house]\nspeed_preset = "ultrafast"\n{rungs_toml(rungs)}'
    )
    command([MATINEE, "import", "--data", folder, film])


def now_ms():
    return int(time.time() * 1000)


@contextlib.contextmanager
def database(data):
    """The store of a folder that nobody serves, in one transaction."""
    with contextlib.closing(sqlite3.connect(data / "matinee.db")) as connection:
        connection.row_factory = sqlite3.Row
        with connection:
            yield connection


def insert(connection, table, values):
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def copy_entries(data, source_data, count):
    """Puts `count` copies of the one film of `source_data` into the store and library of `data`.

    Each has a folder, manifest and index of its own. The media, which opening an entry hardly
    reads, are hard links.
    """
    data.mkdir()
    shutil.copy(source_data / "matinee.toml", data)
    with database(source_data) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        entry = dict(source.execute("SELECT * FROM entries").fetchone())
        media = dict(source.execute("SELECT * FROM media").fetchone())
    shutil.copy(source_data / "matinee.db", data)
    library = media_folder(source_data, media["id"])
    manifest = json.loads((library / "entry.json").read_text())
    with database(data) as store:
        store.execute("DELETE FROM jobs")
        store.execute("DELETE FROM entries")
        store.execute("DELETE FROM media")
        for number in range(count):
            media_id = f"{number:032x}"
            folder = data / library.relative_to(source_data).with_name(media_id)
            folder.mkdir(parents=True)
            for file in library.iterdir():
                if file.name == "entry.json":
                    text = json.dumps(manifest | {"media_id": media_id}, indent=2)
                    (folder / file.name).write_text(text)
                elif file.name == "index.bin":
                    shutil.copy(file, folder)
                else:
                    os.link(file, folder / file.name)
            insert(store, "media", media | {"id": media_id})
            insert(store, "entries", entry | {"id": entry_id(number), "media_id": media_id})


def media_folder(data, media_id):
    for found in (data / "library").rglob(media_id):
        return found
    raise BenchError(f"{data}/library holds no {media_id}; has the library's layout changed?")


def entry_id(number):
    return f"film-{number:04}"


def channel_id(number):
    return f"channel-{number:04}"


def add_channels(data, channels, entries, age_seconds):
    """Channels whose timelines began `age_seconds` ago, each looping all entries in an order of
    its own."""
    now = now_ms()
    stamps = {"created_ms": now, "updated_ms": now}
    with database(data) as store:
        for number in range(channels):
            name = channel_id(number)
            insert(store, "playlists", {"id": name, "title": name, "version": 1} | stamps)
            insert(
                store,
                "playlist_versions",
                {"playlist_id": name, "version": 1, "created_ms": now},
            )
            for position in range(entries):
                values = {"playlist_id": name, "version": 1, "position": position, "kind": "entry"}
                reference = entry_id((position + number) % entries)
                insert(store, "playlist_items", values | {"reference": reference})
            epoch = (now // 1000 - age_seconds) * 1000
            channel = {"id": name, "title": name, "epoch_ms": epoch, "playlist_id": name}
            insert(store, "channels", channel | stamps)
