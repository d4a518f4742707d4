#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: pkgconfig.sh ARMDMA VERSION PREFIX INCLUDEDIR LIBDIR > armdma.pc
set -e
cat <<END
prefix=$3
includedir=\${prefix}/$4
libdir=\${prefix}/$5
END
"$1" cc --print-pkgconfig
cat <<'END'

Name: armdma
Description: a userspace ARM machine for people who write DMA code
END
cat <<END
Version: $2
Requires: glib-2.0
Cflags: -isystem \${includedir}/armdma
Libs: -L\${libdir} -larmdma
END
