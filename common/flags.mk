# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The compilers' flags, for common/ and for the examples. Needs COMMON, and config.mk.

# What changes when the user chooses other compilers or flags: what is compiled and linked in one go
# depends on both.
CHOICES := $(COMMON)/.output/config.mk $(COMMON)/.output/ldflags

# The tools run as root and read what strangers made: checked calls. Some compilers do that by themselves.
CFLAGS   ?= -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
# What a compiler that is newer than this code warns of does not keep anybody from building it;
# ./setup.sh test has WERROR=-Werror.
WERROR   ?=
WARNINGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter $(WERROR)

# Debug information names sources as seen from the top of the checkout, so that the same sources yield
# the same bytes wherever it lies. (gdb finds them when it is started there.)
TREE       := $(abspath $(COMMON)/..)
LIBBPF_MAP := $(patsubst -I%,-ffile-prefix-map=%=libbpf,$(filter -I%,$(LIBBPF_CFLAGS)))
override CFLAGS += -ffile-prefix-map=$(TREE)=. $(LIBBPF_MAP)

LOADER_FLAGS = $(CFLAGS) $(WARNINGS) -I$(COMMON) -I$(COMMON)/../headers $(LIBBPF_CFLAGS)

# -fms-extensions: vmlinux.h of Linux 7 has structs that embed others by their bare tag.
# -idirafter: for usdt.bpf.h, which wants errno.h.
# -ffile-prefix-map: seen from here, as clang opens the sources by that name to put their lines into BTF.
# (libbpf's it must not find: in /usr/include there may be those of another libbpf.)
# -mcpu=v3: 32-bit ALU instructions, which every kernel from 5.1 on takes.
# -fno-stack-protector: some distributions and users have it on by default; BPF has no such thing.
BPF_FLAGS = --target=bpf -mcpu=v3 -O2 -g -std=gnu11 -Wall $(WERROR) -fms-extensions -fno-stack-protector \
	-Wno-microsoft-anon-tag -Wno-unknown-warning-option -D__TARGET_ARCH_$(ARCH) \
	-ffile-prefix-map=$(CURDIR)=. $(LIBBPF_MAP) \
	-I$(COMMON)/../vmlinux/$(ARCH) -I$(COMMON)/../headers $(LIBBPF_CFLAGS) \
	-idirafter /usr/include/$(MULTIARCH)

# vmlinux.h, parsed once: it has 130,000 lines, which cost clang 0.4 s for every program.
VMLINUX_PCH = $(COMMON)/.output/vmlinux-$(ARCH)-$(notdir $(CLANG)).pch

# What a tool is linked with. STATIC=1: archives only, so that it runs where no library is.
ifeq ($(STATIC),1)
  FIND_LIBS = libs=$$($(COMMON)/../build/archives.sh '$(CC)' $(LDLIBS) $(LIBBPF_LIBS)) &&
  LIBS      = -static -Wl,--wrap=dlopen,-u,__wrap_dlopen $$libs
else
  LIBS      = $(LDLIBS) $(LIBBPF_LIBS)
endif

# Quiet unless V=1: say what is made, not how.
ifneq ($(V),1)
  Q   := @
  say  = @printf '  %-5s %s\n' $(1) $(2)
endif
