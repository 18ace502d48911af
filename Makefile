# make            build the release binary
# make run        install what is missing, build, run examples/pipeline.edge
# make test       install what is missing, build, run every test
# make bench      compare with other languages and runtimes, side by side
# make soak       run the tests of the program on the release binary and SOAK_PROGRAMS random programs in the sandbox, fuzz
#                 the readers, the grammars and the language for SOAK_SECONDS each
# make install    copy the program below PREFIX (default /usr/local)
# make size       what the release binary weighs
# make format     write Swift files, and with a release binary scripts, as the project's style wants them
# make docs       write docs/reference again from the primitives' declarations
# make clean      remove everything that was built

PREFIX ?= /usr/local
DESTDIR ?=
SOAK_SECONDS ?= 600
SOAK_PROGRAMS ?= 10000

SWIFT ?= swift
RELEASE := -c release --static-swift-stdlib -Xlinker -s
BINARY := .build/release/edgesh

# Warnings are errors in what `make test` builds; see Package.swift.
STRICT := EDGESH_STRICT=1

# Where shells look for completions, below share.
COMPLETIONS := bash:bash-completion/completions/edgesh zsh:zsh/site-functions/_edgesh \
	fish:fish/vendor_completions.d/edgesh.fish

.DEFAULT_GOAL := release
.PHONY: release run test bench soak install size format docs clean dependencies peers

dependencies:
	@Scripts/install-dependencies.sh build

peers:
	@Scripts/install-dependencies.sh test
	@Scripts/make-venv.sh

release: dependencies
	$(SWIFT) build $(RELEASE) --product edgesh

run: release
	$(BINARY) examples/pipeline.edge

test: peers
	@Scripts/check-format.sh
	$(STRICT) $(SWIFT) build --build-tests
	@$(STRICT) SWIFT=$(SWIFT) Scripts/run-tests.sh
	@Scripts/check-arm-kernels.sh

bench: release peers
	@Scripts/install-dependencies.sh bench
	Benchmarks/run.sh

soak: release peers
	$(STRICT) $(SWIFT) build --build-tests
	EDGESH=$(abspath $(BINARY)) $(STRICT) SWIFT=$(SWIFT) Scripts/run-tests.sh --filter edgeshTests
	.build/debug/sandbox-probe $(SOAK_PROGRAMS) 1 examples/models/bearing.onnx
	Tests/Fuzz/run.sh $(SOAK_SECONDS)

install: release
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/edgesh"
	install -m 755 $(BINARY) "$(DESTDIR)$(PREFIX)/bin/edgesh"
	cp -R examples stdlib editors "$(DESTDIR)$(PREFIX)/share/edgesh/"
	install -d $(foreach shell,$(COMPLETIONS),"$(DESTDIR)$(PREFIX)/share/$(dir $(word 2,$(subst :, ,$(shell))))")
	$(foreach shell,$(COMPLETIONS),$(BINARY) --generate-completion-script $(word 1,$(subst :, ,$(shell))) \
		> "$(DESTDIR)$(PREFIX)/share/$(word 2,$(subst :, ,$(shell)))" &&) true

size: release
	@ls -l $(BINARY) | awk '{ printf "%s  %.1f MB\n", $$NF, $$5 / 1000000 }'

format:
	git ls-files -z '*.swift' ':!:*.pb.swift' | xargs -0 $(SWIFT) format --in-place --parallel
	@if [ -x $(BINARY) ]; then $(BINARY) fmt examples stdlib; fi

docs: release
	$(BINARY) doc --reference docs/reference

clean:
	rm -rf .build .venv out
