"""Writes numbered SQL files as a C++ table: embed_migrations.py OUTPUT INPUT..."""

import pathlib
import re
import sys


def statements(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if line.strip() and not line.lstrip().startswith("--")]
    text = "\n".join(lines)
    parts = [part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text)]
    if parts[-1]:
        sys.exit(f"{path}: the last statement has no semicolon at its line's end")
    return parts[:-1]


def main():
    output, *inputs = [pathlib.Path(argument) for argument in sys.argv[1:]]
    out = ['#include "store/migrations.h"', "", "namespace matinee::store {", "",
           "std::span<const Migration> migrations() {",
           "    static const std::vector<Migration> kMigrations = {"]
    last = 0
    names = set()
    for path in sorted(inputs, key=lambda path: path.name):
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", path.name)
        if not match:
            sys.exit(f"{path}: should be named {last + 1:04}_<what_it_does>.sql")
        version, name = int(match[1]), match[2]
        if version <= last or name in names:
            sys.exit(f"{path}: another migration has its number or its name")
        last = version
        names.add(name)
        out.append(f'        {{{version}, "{name}", {{')
        out += [f'R"sql({statement})sql",' for statement in statements(path)]
        out.append("        }},")
    out += ["    };", "    return kMigrations;", "}", "", "}  // namespace matinee::store", ""]
    output.write_text("\n".join(out), encoding="utf-8")


main()
