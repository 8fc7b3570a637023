# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
#   make                    build all examples           make 02-tracepoint  build that one
#   make run EXAMPLE=02-tracepoint [ARGS="-x"]            run it, with its demo
#   make test [ALL=1]                                     all tests, here and in the VMs; with
#                                                         ALL=1 also those that passed unchanged
#   make test EXAMPLE=02-tracepoint                       the tests of one, on this kernel
#   make vm-run EXAMPLE=02-tracepoint [KERNEL=6.12]       run it in a throwaway VM
#   make vm-test [KERNEL=6.12] [EXAMPLE=02-tracepoint]    test in throwaway VMs
#   make mutants [EXAMPLE=02-tracepoint]                  does a test notice what is broken on purpose?
#   make bench [EXAMPLE=02-tracepoint] [RECORD=1]         what an event costs; keep it for make docs
#   make doctor [ARGS=02-tracepoint]                      what will run on this machine, and why not
#   make new NAME=mytool [FROM=template] [DIR=../mytool] [STANDALONE=1]
#                                                         begin your own tool; with DIR=20-mine as
#                                                         a part of this checkout
#   make exercise EXAMPLE=00-hello [N=1] [DIR=../mine]   begin an exercise; there: make check, make solution
#   make install [PREFIX=/usr/local] [DESTDIR=] [PROGRAM_PREFIX=hl-]
#                                                         the tools, man pages, completion
#   make uninstall [PREFIX=/usr/local] [DESTDIR=]         remove just these
#   make docs | docs-check | docs-record                  the generated tables: see docs/Makefile
#   make site                                             the book as web pages: docs/.output/site
#   make vmlinux [FROM=running]                           generate vmlinux.h anew
#   make clean
#
# EXAMPLE is the name of a directory, or of a tool (opensnoop), or the path of a tool's directory
# elsewhere (../mytool). V=1 shows the commands. CC, CLANG, BPFTOOL, CFLAGS and LIBBPF_SRC are yours to set; with STATIC=1
# the tools need no library.

EXAMPLES := $(patsubst %/Makefile,%,$(wildcard [0-9][0-9]-*/Makefile))
EXAMPLE  ?= 02-tracepoint
KERNEL   ?= 6.12
MAKEFLAGS += --no-builtin-rules --no-print-directory

# EXAMPLE=02-tracepoint is for this Makefile: below, EXAMPLE is the name of a directory's tool.
MAKEOVERRIDES := $(filter-out EXAMPLE=%,$(MAKEOVERRIDES))

# The directory that EXAMPLE means, and whether the user has named one.
ONE := $(filter-out file,$(origin EXAMPLE))
ifneq ($(filter run test vm-run vm-test bench,$(MAKECMDGOALS)),)
  DIRECTORY := $(or $(shell build/find.sh '$(EXAMPLE)'),no-example)
  OUTSIDE   := $(filter-out no-example $(EXAMPLES) template,$(DIRECTORY))
endif

# Run by root, what is built belongs to the owner of the checkout all the same.
OWNER := $(shell [ `id -u` -ne 0 ] || stat -c %u Makefile)
ifneq ($(filter-out 0,$(OWNER)),)
  AS_OWNER := setpriv --reuid=$(OWNER) --regid=$(shell stat -c %g Makefile) --init-groups \
	env HOME=$(shell getent passwd $(OWNER) | cut -d: -f6)
endif

AS_ROOT := $(if $(filter-out 0,$(shell id -u)),sudo)

# What stands beside the examples, in a whole checkout.
BESIDE := $(wildcard template) $(if $(wildcard doctor),build-doctor) $(wildcard docs/verifier) $(if $(wildcard tests/Makefile),build-tests)

# Built only to be tested.
SWEEP := $(if $(wildcard tests/sweep/Makefile),build-sweep)

all: $(EXAMPLES) $(BESIDE)

$(EXAMPLES) template: common
	@$(AS_OWNER) $(MAKE) -C $@ COMMON_BUILT=1

# A standalone one has a common/ of its own.
$(OUTSIDE):
	@$(AS_OWNER) $(MAKE) -C $@

# build/find.sh has said so.
no-example:
	@exit 2

common:
	@$(AS_OWNER) $(if $(shell command -v flock),flock common) $(MAKE) -C common

build-doctor: common
	@$(AS_OWNER) $(MAKE) -C doctor COMMON_BUILT=1

build-tests: common
	@$(AS_OWNER) $(MAKE) -C tests COMMON_BUILT=1

build-sweep: common
	@$(AS_OWNER) $(MAKE) -C tests/sweep COMMON_BUILT=1

docs/verifier: common
	@$(AS_OWNER) $(MAKE) -C $@ COMMON_BUILT=1

# Looking at the machine needs no examples.
ifeq ($(ARGS),--machine)
doctor: build-doctor
else
doctor: say-doctor all
endif
	@doctor/doctor $(ARGS)
say-doctor:
	@echo "doctor: all examples are built first, to be tried; ARGS=--machine only looks at the machine"

run: $(DIRECTORY)
	@common/run.sh $(DIRECTORY) $(ARGS)

# tests/all asks for root's rights itself, for what needs them.
test: $(if $(ONE),$(DIRECTORY) build-tests,all $(SWEEP))
	@$(if $(ONE),$(AS_ROOT) tests/run $(DIRECTORY),tests/all $(if $(ALL),--all))

vm-run: $(DIRECTORY)
	@vm/run -k $(KERNEL) -e $(DIRECTORY) $(ARGS)

vm-test: KERNEL := $(if $(filter file,$(origin KERNEL)),,$(KERNEL))
vm-test: $(if $(ONE),$(DIRECTORY) build-tests,all $(SWEEP))
	@vm/test $(KERNEL:%=-k %) $(if $(ONE),$(DIRECTORY))

# With MUTANTS="-k 6.12" in a VM, for what this machine's kernel cannot run.
mutants: all
	@$(AS_ROOT) tests/mutants $(MUTANTS) $(if $(ONE),$(EXAMPLE))

bench: $(if $(ONE),$(DIRECTORY),all)
	@$(AS_OWNER) $(MAKE) -C bench
	@bench/run $(if $(RECORD),-r) $(if $(ONE),$(DIRECTORY))
	@$(if $(RECORD),$(if $(ONE),,bench/growth -r))

docs docs-check: all
	@$(AS_OWNER) $(MAKE) -C docs $(patsubst docs%,%,$(subst -,,$@))

docs-record:
	@$(AS_OWNER) $(MAKE) -C docs record

site:
	@$(AS_OWNER) docs/site/build

install: $(EXAMPLES)
	@$(AS_OWNER) packaging/stage.sh .output/install $(EXAMPLES)
	@packaging/install.sh install .output/install

uninstall:
	@packaging/install.sh uninstall

new:
	@$(AS_OWNER) env STANDALONE=$(STANDALONE) build/new.sh '$(NAME)' '$(FROM)' '$(DIR)'

exercise:
	@$(AS_OWNER) build/exercise.sh '$(EXAMPLE)' '$(N)' '$(DIR)'

vmlinux:
	@vmlinux/generate.sh $(FROM)

clean:
	@for dir in common $(wildcard bench doctor docs/verifier template) $(if $(wildcard tests/Makefile),tests) $(if $(SWEEP),tests/sweep) $(EXAMPLES); do $(MAKE) -C $$dir clean COMMON_BUILT=1 || exit 1; done
	@rm -rf .output docs/.output tests/unit/.output

.PHONY: all bench build-doctor build-sweep build-tests clean common doctor docs/verifier docs docs-check docs-record exercise install mutants new no-example run say-doctor site test uninstall vm-run vm-test vmlinux template $(EXAMPLES) $(OUTSIDE)
