#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: cc.sh ARMDMA COMPILER [BUILD]
# What `armdma cc` promises, in TAP. BUILD: also install from there, and try that.
armdma=$(realpath "$1")
export ARMDMA_CC="$2"
build=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
nr=0

cc() { "$armdma" cc "$@"; }

# ok NAME COMMAND...: one test point. What it printed is shown only if it fails.
ok() {
	name=$1; shift; nr=$((nr + 1))
	if "$@" >out.log 2>&1; then
		echo "ok $nr - $name"
	else
		echo "not ok $nr - $name"
		sed 's/^/# /' out.log
	fi
}

# refuses TEXT COMMAND...: exit status 2, and one line that holds TEXT.
refuses() {
	text=$1; shift
	"$@" >/dev/null 2>refusal.log
	status=$?
	cat refusal.log
	[ $status -eq 2 ] && [ "$(wc -l <refusal.log)" -eq 1 ] && grep -qF -e "$text" refusal.log
}

cat >driver.c <<'END'
int driver(int *p);
int driver(int *p) { return *p + 1; }
END
cat >harness.c <<'END'
int driver(int *p);
int main(void) { int seven = 7; return driver(&seven) == 8 ? 0 : 3; }
END
echo 'int broken(' >broken.c
mkdir 'with blank' && cp driver.c 'with blank/driver two.c'

one_go() { cc -g -O2 -Wall -Werror -o one driver.c harness.c && ./one; }
objects() { cc -c -o d.o driver.c && cc -c harness.c && cc d.o harness.o -o two && ./two; }
no_name() { rm -f a.out && cc driver.c harness.c && ./a.out; }
blanks() { cc -o 'with blank/x' 'with blank/driver two.c' harness.c && 'with blank/x'; }
preprocesses() { cc -E driver.c | grep -q 'armdma_units'; }
assembles() { cc -S -O1 driver.c && grep -q __tsan_read4 driver.s; }
from_stdin() { cc -c -x c -o stdin.o - <driver.c && cc -o three stdin.o harness.c && ./three; }
response() {
	echo '-O1 "driver.c" -o four' >args && echo '@args' >more
	rm -f four; cc @more harness.c && ./four
}
dependencies() { cc -MMD -o five driver.c harness.c && grep -q '^five: driver.c' driver.d; }
shows() {
	rm -f six; cc -### -o six driver.c harness.c 2>commands
	cat commands; [ ! -e six ] && [ "$(wc -l <commands)" -eq 3 ]
}
no_leftovers() {
	mkdir tmp && TMPDIR=$dir/tmp cc -save-temps=obj -o one driver.c harness.c
	TMPDIR=$dir/tmp cc -o one broken.c; rmdir tmp
}
compiler_status() { cc -c broken.c; [ $? -eq 1 ] && ! cc -o x broken.c harness.c && [ ! -e x ]; }
no_tsan() {
	cc -o one driver.c harness.c && ! ldd one | grep -i tsan &&
	! grep -q __tsan_flush_memory one
}
by_hand() {
	$ARMDMA_CC $(cc --print-flags) -c -o hand.o driver.c &&
	$ARMDMA_CC $(cc --print-flags) -c -o hand2.o harness.c &&
	$ARMDMA_CC -o seven hand.o hand2.o $(cc --print-libs) && ./seven
}
plain_source() { cc -o eight driver.c --plain harness.c && ./eight; }
plain_object() {
	$ARMDMA_CC -c -o foreign.o harness.c && cc -o nine driver.c --plain foreign.o && ./nine
}
plain_compiled() { cc -c --plain harness.c && cc -o ten driver.c harness.o && ./ten; }
foreign_object() {
	$ARMDMA_CC -c -o foreign.o driver.c && refuses foreign.o cc harness.c foreign.o
}
with_lto() {
	$ARMDMA_CC $(cc --print-flags) -flto -c -o lto.o driver.c &&
	$ARMDMA_CC $(cc --print-flags) -c -o hand2.o harness.c &&
	$ARMDMA_CC -flto "$@" -o eleven lto.o hand2.o $(cc --print-libs)
}
lost_in_lto() { with_lto && refuses 'driver.c lost its compiler hooks' ./eleven; }
kept_in_lto() { with_lto -fuse-ld=lld && ./eleven; }
nothing_hooked() {
	cc -o twelve --plain driver.c --plain harness.c && refuses 'holds no code' ./twelve
}
asks_compiler() { cc --version | grep -q -i -E 'gcc|clang|free software'; }
alone() { cp "$armdma" alone && refuses 'not beside it' ./alone cc -c driver.c; }
no_such() { ARMDMA_CC=no-such-compiler refuses ARMDMA_CC "$armdma" cc -c driver.c; }
neither() { ARMDMA_CC=true refuses 'neither gcc nor clang' "$armdma" cc -c driver.c; }
installed() {
	meson install -C "$build" --no-rebuild --quiet --destdir "$dir/root" &&
	bin=$(find "$dir/root" -name armdma -path '*/bin/*') &&
	"$bin" cc -g -o thirteen driver.c harness.c && ./thirteen &&
	PKG_CONFIG_PATH=$(dirname "$(find "$dir/root" -name armdma.pc)") pkg-config \
		--variable=hooks_libs armdma | grep -q armdma-hooks
}

ok 'a driver and its harness are compiled and linked in one go' one_go
ok 'objects are made with -c and linked later' objects
ok 'without -o the program is a.out' no_name
ok 'file names may hold blanks' blanks
ok '-E preprocesses' preprocesses
ok '-S shows the hooks' assembles
ok 'a source may come from standard input' from_stdin
ok 'options and sources may come from a response file' response
ok '-MMD names the program and writes beside the caller' dependencies
ok '-### prints each command and runs none' shows
ok 'no temporary file is left behind' no_leftovers
ok 'the exit status is the compiler'"'"'s' compiler_status
ok 'the sanitizer'"'"'s own runtime is never linked' no_tsan
ok 'a build by hand with the printed options does the same' by_hand
ok '--plain leaves a source without hooks' plain_source
ok '--plain lets a foreign object in' plain_object
ok 'an object compiled with --plain needs no second --plain' plain_compiled
ok 'an object without hooks is refused at the link' foreign_object
ok '-flto is refused' refuses -flto cc -O2 -flto -c driver.c
ok '-flto=auto is refused' refuses -flto=auto cc -flto=auto driver.c
ok '-fno-lto takes -flto back' cc -flto -fno-lto -c driver.c
ok 'another sanitizer is refused' \
	refuses -fsanitize=address cc -fsanitize=undefined,address driver.c
ok 'the undefined-behaviour sanitizer may stay' cc -fsanitize=undefined -o x driver.c harness.c
ok '-o for two sources without a link is refused' \
	refuses '-o names one file' cc -c -o x driver.c harness.c
case $ARMDMA_CC in
*clang*) [ -z "$(command -v ld.lld)" ] ||
	ok 'clang -flto keeps the hooks, and the program starts' kept_in_lto ;;
*) ok 'a unit that lost its hooks to gcc -flto stops the program at start' lost_in_lto ;;
esac
ok 'a program without any hook stops at start' nothing_hooked
ok 'questions without a file go to the compiler' asks_compiler
ok 'a missing compiler is one sentence' no_such
ok 'an unknown compiler is one sentence' neither
ok 'no arguments are one sentence' refuses 'nothing to compile' cc
ok 'a program torn from its headers says where it looked' alone
[ -z "$build" ] || ok 'all of it works from an installed prefix' installed
echo "1..$nr"
