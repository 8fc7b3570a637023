// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
//
// The switch between light and dark, in the place of furo's own script: the one in Debian 12 and 13
// does not run (it imports a file that is no module), and their style sheets know no "auto".
"use strict";

const system = matchMedia("(prefers-color-scheme: dark)");

function show() {
	document.body.dataset.theme = localStorage.getItem("theme") || (system.matches ? "dark" : "light");
}

function change() {
	localStorage.setItem("theme", document.body.dataset.theme === "dark" ? "light" : "dark");
	show();
}

function begin() {
	document.documentElement.classList.remove("no-js"); // which hides the switch
	for (const button of document.getElementsByClassName("theme-toggle"))
		button.addEventListener("click", change);
	system.addEventListener("change", show);
	show();
}

if (document.readyState === "loading")
	document.addEventListener("DOMContentLoaded", begin);
else
	begin();
