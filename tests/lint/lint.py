"""Checks the rules of docs/architecture.md that no compiler checks.

    lint.py SOURCE_ROOT

Prints a line a finding, "file:line: what is wrong", and exits 1 when there is one.
"""

import pathlib
import re
import sys

# Which modules a module may include; a module may always include itself.
ALLOWED = {
    "base": set(),
    "media": {"base"},
    "subtitles": {"base", "media"},
    "playout": {"base", "media"},
    "hls": {"base", "media", "playout"},
    "library": {"base", "media", "subtitles"},
    "review": {"base"},
    "store": {"base", "media", "playout", "review"},
    "auth": {"base"},
    "prepare": {"base", "media", "subtitles", "library"},
    "http": {"base", "media", "subtitles", "playout", "hls", "library", "store", "auth"},
    "app": {"base", "media", "subtitles", "playout", "review", "hls", "library", "store", "auth", "http",
            "prepare"},
    "samples": {"base"},
}

# Values in, values out: no clock, no file, no global.
PURE = {"media", "subtitles", "playout", "review", "hls"}
PURE_FORBIDDEN_INCLUDES = re.compile(
    r"<(gst|gio|glib|libsoup|soci|openssl|sqlite|curl|unistd|fcntl|sys/|fstream|filesystem|"
    r"iostream|cstdio|ctime|thread|mutex|atomic|random)|\"base/(glib_support|log)\.h\"")
PURE_FORBIDDEN_CALLS = re.compile(
    r"(_clock::now\(|SystemClock|\bgetenv\(|\bfopen\(|\btime\(nullptr\)|\bstd::rand\b)")

# Libraries that one module alone knows.
ONLY_IN = [
    (re.compile(r"<gst/"), {"prepare", "samples"}),
    (re.compile(r"<libsoup/"), {"http"}),
    (re.compile(r"<soci/"), {"store"}),
    (re.compile(r"<pugixml"), {"http", "subtitles"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])')


def module_of(path, source):
    return path.relative_to(source).parts[0]


def check_include(module, target, pure):
    if target.startswith('"'):
        included = target[1:].split("/")[0]
        if included in ALLOWED and included != module and included not in ALLOWED[module]:
            yield f"{module} may not know {included}"
    if pure and PURE_FORBIDDEN_INCLUDES.match(target):
        yield f"{module} is pure: it may not include {target}"
    for pattern, owners in ONLY_IN:
        if pattern.match(target) and module not in owners:
            yield f"only {', '.join(sorted(owners))} may include {target}"


def findings(root):
    source = root / "src"
    for path in sorted(source.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        module = module_of(path, source)
        if module not in ALLOWED:
            yield path, 1, f"{module} is no module of the architecture"
            continue
        pure = module in PURE
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".h" and "#pragma once" not in text:
            yield path, 1, "a header begins with #pragma once"
        for number, line in enumerate(text.splitlines(), start=1):
            include = INCLUDE.match(line)
            if include:
                for finding in check_include(module, include[1], pure):
                    yield path, number, finding
                continue
            code = line.split("//")[0]
            if pure and PURE_FORBIDDEN_CALLS.search(code):
                yield path, number, f"{module} is pure: no clock, file or environment"


def main():
    root = pathlib.Path(sys.argv[1])
    count = 0
    for path, number, finding in findings(root):
        print(f"{path.relative_to(root)}:{number}: {finding}")
        count += 1
    print(f"{count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
