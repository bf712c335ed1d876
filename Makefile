.PHONY: help build run check golden bench fuzz

help:
	@echo "make build    the program, as ./dateline"
	@echo "make run      the reader, from the sources"
	@echo "make check    everything a change is held to (.ci/run)"
	@echo "make golden   write the generated files anew: screens, renderings, example, guide, picture"
	@echo "make fuzz     an hour of fuzzing, divided among the targets"
	@echo "make bench    the benchmarks; docs/performance.md says what they are"

build:
	CGO_ENABLED=0 go build -trimpath -o dateline .

run:
	go run .

check:
	.ci/run

golden:
	.ci/run golden

bench:
	go test -run '^$$' -bench . -benchmem -timeout 60m ./...

fuzz:
	DATELINE_FUZZ_TIME=6m .ci/run fuzz
