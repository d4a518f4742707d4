# SPDX-License-Identifier: MIT
"""Say results the way Meson reads them (TAP)."""
import sys


class Tap:
    def __init__(self):
        self.nr_tests = 0
        self.nr_failed = 0

    def result(self, name, complaints):
        """One subtest; it passes when nobody complains."""
        self.nr_tests += 1
        if complaints:
            self.nr_failed += 1
        print("%sok %d - %s" % ("not " if complaints else "", self.nr_tests, name))
        for complaint in complaints:
            for line in str(complaint).rstrip().splitlines():
                print("# " + line)

    def skip(self, name, why):
        self.nr_tests += 1
        print("ok %d - %s # SKIP %s" % (self.nr_tests, name, why))

    def finish(self):
        print("1..%d" % self.nr_tests)
        sys.exit(1 if self.nr_failed else 0)
