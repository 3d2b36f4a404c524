# make setup       install what is missing, or say what that is
# make build       the optimised command, .build/release/palindrome
# make install PREFIX=~/.local   the command, its completions and the job scripts, below PREFIX (/usr/local)
# make demo        a small universe on two processes, with pictures, in demo/
# make test        all tests at 1, 2, 3, 4 and 6 ranks
# make test-long   the same with the long matrices
# make check       formats, layers, links
# make docs        an archive of the articles, in .build/documentation
# make library     libpalindrome.so for C, Fortran, Python, in .build/library
# make install-library PREFIX=...   library, header and pkg-config file
# make clean       remove what was built

PREFIX ?= /usr/local

# Which code it is, with a + where it was changed since; nothing where there is no git.
commit = $(shell git rev-parse --short=12 HEAD 2>/dev/null)$(shell git diff --quiet HEAD 2>/dev/null || echo +)

.PHONY: build install library install-library setup demo test test-long check docs clean

build: setup
	PALINDROME_COMMIT='$(filter-out +,$(commit))' swift build -c release --product palindrome

install: build
	jobscripts/install "$(PREFIX)"

setup:
	@jobscripts/setup

demo: build
	jobscripts/ranks 2 .build/release/palindrome demo

test: setup
	Tests/run

test-long: setup
	Tests/run --long

check:
	@jobscripts/setup --check
	Tests/checks/run

library: setup
	PALINDROME_COMMIT='$(filter-out +,$(commit))' jobscripts/library

install-library: library
	jobscripts/install-library "$(PREFIX)" "$(DESTDIR)"

docs:
	jobscripts/documentation

clean:
	rm -rf .build
