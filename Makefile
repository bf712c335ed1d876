.PHONY: help build run check golden bench fuzz sweep

help:
	@echo "make build    build the program as ./dateline"
	@echo "make run      start dateline from the sources"
	@echo "make check    run every check that a change must pass (.ci/run)"
	@echo "make golden   write the generated files again: screens, articles, example, guide, picture"
	@echo "make fuzz     fuzz for an hour, divided among the targets, and keep what was found"
	@echo "make sweep    test a fault of the disk at every I/O, for up to an hour"
	@echo "make bench    run the benchmarks; see docs/performance.md"

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
	DATELINE_FUZZ=all DATELINE_FUZZ_TIME=4m .ci/run fuzz corpus

sweep:
	DATELINE_SWEEP=all go test -timeout 60m -run Sweep ./...
