#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# The web page of the book: does it build without a warning, lead nowhere wrong, and work in a browser?
cd "$(dirname "$0")" || exit 1
. ../lib.sh
root=$(cd ../.. && pwd)
here=$PWD

# All cases look at one site, which the first builds. (tests/run removes it too, by its name.)
shared=$(mktemp -d "${TMPDIR:-/tmp}/hello-libbpf.XXXXXX") || exit 1
trap 'rm -rf "$shared"' EXIT
chmod 755 "$shared"
site=$shared/site

built() {
	[ ! -e "$site" ] || return 0
	"$root/docs/site/build" "$site" >"$T/build" 2>&1 || {
		! grep -q 'this needs Sphinx' "$T/build" || skip "$(sed 's/^site: //' "$T/build")"
		fail "$(cat "$T/build")"
	}
}

# check_links DIR: is all there in the site in DIR?
check_links() {
	(
		cd "$1" || exit
		find . -type f | cut -c 3- >"$T/list"
		grep '\.html$' "$T/list" | xargs awk -f "$here/links.awk" "$T/list"
	)
}

# browse URL: print what Chromium makes of the page at URL. As nobody, since root's Chromium refuses
# to run with its sandbox, which a container often forbids to all: without it then, for pages that
# we have made ourselves. Whatever is not on loopback it asks our server for, as its proxy, so that
# the server's log tells. Time in the page is as fast as the page.
browse() {
	for browser in chromium-headless-shell chromium chromium-browser none; do
		! command -v "$browser" >/dev/null || break
	done
	[ "$browser" != none ] || skip "needs Chromium"
	mkdir -p "$T/home"
	chown 65534:65534 "$T/home"
	as_nobody env HOME="$T/home" TMPDIR="$T/home" timeout 60 "$browser" --headless --no-sandbox --disable-gpu \
		--user-data-dir="$T/home" --proxy-server="http://127.0.0.1:${port:-9}" \
		--disable-background-networking --virtual-time-budget=600000 --dump-dom "$1" 2>"$T/browser"
}

# Serve the site on loopback, at $port, with its log in $T/server.
serve() {
	# The distribution's, which Sphinx runs with.
	/usr/bin/python3 -u -m http.server 0 -b 127.0.0.1 -d "$site" >"$T/server" 2>&1 &
	at_end "kill $!"
	wait_for "a web server" grep -q '^Serving' "$T/server"
	port=$(sed -n 's/^Serving.* port \([0-9]*\).*/\1/p' "$T/server")
}

test_no_link_is_broken_and_each_page_has_its_navigation() {
	built
	check_links "$site" >"$T/broken" || fail "$(cat "$T/broken")"
	for source in "$root"/[0-9][0-9]-*/*.[ch] "$root"/common/*.[ch]; do
		[ -e "$site/${source#"$root"/}.html" ] || fail "there is no page of $source"
	done
	for text in "$root"/[0-9][0-9]-*/ "$root/docs/verifier/" "$root/doctor/"; do
		text=${text#"$root"/}
		grep -qF "href=\"$text" "$site/index.html" || fail "the navigation has no $text"
	done
}

test_what_is_broken_is_found() {
	built
	cp -r "$site" "$T/site"
	rm "$T/site/docs/maps.html"
	sed -i 's/id="traps"/id="trap"/' "$T/site/vm/index.html"
	sed -i 's/class="prev-page"//; s/class="next-page"//; s/href="files.html"/href="index.html"/' "$T/site/docs/core.html"
	sed -i 's/sidebar-brand"/"/' "$T/site/06-tc/portmap.c.html"
	sed -i 's,</body>,<img src="https://example.org/x.png"/>&,' "$T/site/09-perf-event/index.html"
	check_links "$T/site" >"$T/broken" && fail "nothing was found"
	for line in ': no file docs/maps\.html' ': no anchor vm/index.html#traps' '^06-tc/portmap.c.html: no way to the front page' \
		'^09-perf-event/index.html: is not whole without https://example.org/x.png'; do
		grep -q "$line" "$T/broken" || fail "not found: $line; but: $(cat "$T/broken")"
	done
}

test_a_warning_fails_the_build() {
	built
	mkdir -p "$T/copy/docs"
	cp -r "$root/docs/site" "$T/copy/docs/"
	printf '# Title\n\n[no](such/file.md)\n' >"$T/copy/README.md"
	printf '# Docs\n' >"$T/copy/docs/README.md"
	exits 1 "$T/copy/docs/site/build"
	says 'README\.md:3: .*such/file\.md|index\.md:3: .*such/file\.md'
	[ ! -e "$T/copy/docs/.output/site/index.html" ] || fail "there is a site all the same"
}

test_what_is_to_be_installed_is_said() {
	mkdir "$T/bin"
	printf '#!/bin/false\n' >"$T/bin/sphinx-build"
	chmod +x "$T/bin/sphinx-build"
	exits 1 env PATH="$T/bin:$PATH" "$root/docs/site/build" "$T/site"
	says '^site: this needs Sphinx.*: \./setup\.sh site$'
}

test_it_works_in_a_browser() {
	built
	serve
	cp "$here/probe.html" "$site/"
	# All texts, and an example's files; the others are made as those are.
	(cd "$site" && find . -name '*.html' | cut -c 3- | grep -e '^index' -e '/index' -e '^docs/[^/]*$' \
		-e '^06-tc' -e '/files' | grep -v '\..*\.html' | sort) >"$site/pages.txt"
	(cd "$site" && find 06-tc -name '*.html') >>"$site/pages.txt"
	browse "http://127.0.0.1:$port/probe.html" >"$T/report"
	! grep 'CONSOLE.*Uncaught' "$T/browser" >"$T/bad" || fail "$(cat "$T/bad")"
	grep -q '^done' "$T/report" || fail "the browser did not come to the end:
$(sed -n '/id="report"/,/^<.pre>/p' "$T/report" | tail -n 20)"
	! grep -E -e '^(error|image) ' -e '^page [^ ]*: too wide' "$T/report" >"$T/bad" || fail "$(cat "$T/bad")"
	[ "$(grep -c '^page .*: fits$' "$T/report")" -eq "$(wc -l <"$site/pages.txt")" ] || fail "not all pages were seen"
	before=$(sed -n 's/^colours before: //p' "$T/report")
	after=$(sed -n 's/^colours after: //p' "$T/report")
	elsewhere=$(sed -n 's/^colours elsewhere: //p' "$T/report")
	[ "$before" != "$after" ] || fail "dark is as light: $after"
	[ "$after" = "$elsewhere" ] || fail "dark is not kept from page to page: $elsewhere"
	grep -m 1 '^found ' "$T/report" | grep -q '^found /06-tc/index.html: 06-tc: portmap' ||
		fail "tcx does not find 06-tc first: $(grep '^found' "$T/report")"
	# The server has answered everything; what it was not asked for as a path was for another host.
	grep -q '"GET /06-tc/index.html HTTP/1.1" 200' "$T/server" || fail "$(cat "$T/server")"
	! grep -v -e '^Serving' -e '"GET /[^ ]* HTTP/1\.1" \(200\|304\) -$' "$T/server" >"$T/bad" || fail "$(cat "$T/bad")"
}

test_the_search_works_without_a_server() {
	built
	browse "file://$site/search.html?q=tcx" >"$T/report"
	grep -q '<li[^>]*>.*06-tc/index.html' "$T/report" || fail "$(grep -A 3 'id="search-results"' "$T/report")"
}

run_tests
