"""The lint finds what it should: each rule, broken once in a made-up tree."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lint  # noqa: E402


def findings_in(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            path = root / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return [finding for _, _, finding in lint.findings(root)]


class Lint(unittest.TestCase):
    def test_good_code_passes(self):
        self.assertEqual(findings_in({
            "hls/a.cc": '#include "playout/b.h"\n#include <vector>\n',
            "playout/b.h": '#pragma once\n#include "media/c.h"\n',
        }), [])

    def test_the_direction_of_dependencies(self):
        self.assertEqual(findings_in({"media/a.cc": '#include "hls/b.h"\n'}),
                         ["media may not know hls"])
        self.assertEqual(findings_in({"prepare/a.cc": '#include "store/b.h"\n'}),
                         ["prepare may not know store"])

    def test_pure_modules_stay_pure(self):
        for line in ('#include <fstream>', '#include <gio/gio.h>', '#include "base/log.h"',
                     'auto now = std::chrono::system_clock::now();'):
            self.assertEqual(len(findings_in({"playout/a.cc": line + "\n"})), 1, line)
        self.assertEqual(findings_in({"playout/a.cc": "// std::chrono::system_clock::now()\n"}), [])

    def test_gstreamer_stays_in_the_worker(self):
        self.assertEqual(len(findings_in({"http/a.cc": "#include <gst/gst.h>\n"})), 1)
        self.assertEqual(findings_in({"prepare/a.cc": "#include <gst/gst.h>\n"}), [])

    def test_headers_are_guarded_and_modules_known(self):
        self.assertEqual(len(findings_in({"base/a.h": "int x;\n"})), 1)
        self.assertEqual(len(findings_in({"misc/a.cc": "\n"})), 1)


if __name__ == "__main__":
    unittest.main()
