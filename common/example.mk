# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# How an example is built: EXAMPLE.bpf.c -> .bpf.o -> skeleton -> EXAMPLE.c -> EXAMPLE.
# The example's Makefile sets EXAMPLE and includes this. It may also set
#   SOURCES   the loader's .c files, if it is more than EXAMPLE.c
#   BPF       the names of its .bpf.c files, if there are more than EXAMPLE.bpf.c
#   PROGRAMS  small programs of its own that demo.sh and test.sh use, each NAME.c -> NAME;
#             they may call libbpf and what common/ has, and have a BPF program NAME.bpf.c
#   LDLIBS    libraries beyond libbpf's

COMMON := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
ROOT   := $(COMMON)/..
O      := .output

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
all:

# Several makes may start at once: one builds common/, the others wait.
ALONE := $(if $(shell command -v flock),flock $(COMMON))

# common/ is up to date when make at the top got here; else it looks for itself.
ifndef COMMON_BUILT
$(addprefix $(COMMON)/.output/,config.mk libexample.a link ldflags): common ;
common:
	@$(ALONE) $(MAKE) --no-print-directory -C $(COMMON)
endif
ifneq ($(MAKECMDGOALS),clean)
include $(COMMON)/.output/config.mk
endif
include $(COMMON)/flags.mk

ifneq ($(origin SOURCES),file) # the environment may have such a name for something else
  SOURCES := $(EXAMPLE).c
endif
ifneq ($(origin BPF),file)
  BPF := $(EXAMPLE)
endif
ifneq ($(origin PROGRAMS),file)
  PROGRAMS :=
endif
OBJECTS := $(SOURCES:%.c=$O/%.o)
DIR     := $(notdir $(CURDIR))

all: $(EXAMPLE) $(PROGRAMS)
	@:

$(EXAMPLE): $(OBJECTS) $(COMMON)/.output/libexample.a $(COMMON)/.output/link
	$(call say,LINK,$(DIR)/$@)
	$Q$(FIND_LIBS) $(CC) $(CFLAGS) $(LDFLAGS) $(filter-out %/link,$^) $(LIBS) -o $@

$(OBJECTS): $O/%.o: %.c $(BPF:%=$O/%.skel.h) $(COMMON)/.output/config.mk
	$(call say,CC,$(DIR)/$<)
	$Q$(CC) $(LOADER_FLAGS) -I$O -MMD -MP -c $< -o $@

# What bpftool says where a program calls a function that is not there does not help much.
EXPLAIN_EXTERN = sed -n "s/.*failed to find BTF for extern '\([^']*\)'.*/  hint: a BPF program calls \1(), which \
neither it nor the kernel has; clang makes calls of __builtin_memcmp() and its like, where they are not short/p"

$O/%.skel.h: $O/%.bpf.o
	$(call say,SKEL,$(DIR)/$*.skel.h)
	$Q$(BPFTOOL) gen skeleton $< name $*_bpf > $@ 2>$@.said || { cat $@.said >&2; $(EXPLAIN_EXTERN) $@.said >&2; exit 1; }

$O/%.bpf.o: %.bpf.c $(VMLINUX_PCH) | $O
	$(call say,BPF,$(DIR)/$<)
	$Q$(CLANG) $(BPF_FLAGS) -include-pch $(VMLINUX_PCH) -MMD -MP -c $< -o $@
	$Q$(LLVM_STRIP) --strip-debug $@ # DWARF only; BTF is what the kernel and libbpf read

# --as-needed: a program that calls none of these libraries needs none.
$(PROGRAMS): %: %.c $(COMMON)/.output/libexample.a $(CHOICES) | $O
	$(call say,CC,$(DIR)/$<)
	$Q$(CC) $(LOADER_FLAGS) -I$O -MMD -MP -MF $O/$@.d $< $(COMMON)/.output/libexample.a $(LDFLAGS) \
		-Wl,--as-needed $(LDLIBS) $(LIBBPF_LIBS) -o $@

# One that has a BPF program NAME.bpf.c has its skeleton, too.
$(foreach name,$(PROGRAMS),$(if $(wildcard $(name).bpf.c),$(eval $(name): $O/$(name).skel.h)))

$O:
	$Qmkdir -p $@

# make run ARGS="-x": with the demo, and with sudo where that is needed.
run: all
	@$(COMMON)/run.sh . $(ARGS)

# make test: its test.sh, and what every tool must do; with sudo where that is needed.
test: all
	@$(MAKE) --no-print-directory -C $(ROOT)/tests COMMON_BUILT=1
	@set --; [ `id -u` = 0 ] || set -- sudo; "$$@" $(ROOT)/tests/run '$(CURDIR)'

# In a copy that build/exercise.sh has made: make check [KERNEL=6.12] says what is missing, make solution
# shows a solution.
ifdef EXERCISE
check: all
	@$(MAKE) --no-print-directory -C $(ROOT)/tests COMMON_BUILT=1
	@set --; [ `id -u` = 0 ] || set -- sudo; "$$@" $(ROOT)/tests/check $(KERNEL:%=-k %) '$(CURDIR)'
solution:
	@cat $(ROOT)/$(EXERCISE)/solution.patch
.PHONY: check solution
endif

# See common/Makefile.
%/vmlinux.h: ;

clean:
	$Qrm -rf $O $(EXAMPLE) $(PROGRAMS)

.PHONY: all clean common run test
.SECONDARY:
-include $(wildcard $O/*.d)
