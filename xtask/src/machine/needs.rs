//! The list of system programs and libraries, each with the sign that it is there and its Debian packages.

use std::fmt;
use std::path::PathBuf;

use crate::postgres;
use crate::process::{capture, command, succeeds};

/// How to tell that something is installed, on any system.
pub(super) enum Sign {
    /// One of these programs is in the `PATH`.
    Program(&'static [&'static str]),
    /// pkg-config knows this library and its headers.
    Library(&'static str),
    /// PostgreSQL's server programs.
    PostgresServer,
    /// fontconfig finds at least one font.
    Font,
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(names) => write!(f, "the program {}", names.join(" or ")),
            Self::Library(name) => write!(f, "the library {name} with its pkg-config file"),
            Self::PostgresServer => f.write_str("the programs initdb, pg_ctl and postgres"),
            Self::Font => f.write_str("a font that fc-list finds"),
        }
    }
}

/// Something that the tests need.
pub(super) struct Need {
    /// What it is to them.
    pub(super) what: &'static str,
    /// How to tell that it is there.
    pub(super) sign: Sign,
    /// The Debian packages that bring it.
    pub(super) packages: &'static [&'static str],
    /// The steps and groups that need it.
    pub(super) uses: &'static [&'static str],
}

impl Need {
    /// Whether it is there.
    pub(super) fn is_met(&self) -> bool {
        match self.sign {
            Sign::Program(names) => names.iter().any(|name| on_path(name).is_some()),
            Sign::Library(name) => succeeds(command("pkg-config").args(["--exists", name])),
            Sign::PostgresServer => postgres::programs().is_some(),
            Sign::Font => {
                capture(&mut command("fc-list")).is_ok_and(|fonts| !fonts.trim().is_empty())
            }
        }
    }
}

/// Where the `PATH` has this program.
pub(super) fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// The names that Chromium goes by.
pub(super) const CHROMIUM: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// The console's window belongs to the workspace, so that whatever compiles Rust needs its libraries.
const COMPILING: &[&str] = &["build", "clippy", "tests", "doctests", "e2e"];
const WINDOW: &[&str] = &["e2e"];

/// All of it. Node.js and the cargo tools have files of their own, because packages alone do not settle them.
pub(super) const NEEDS: &[Need] = &[
    Need {
        what: "finding C libraries",
        sign: Sign::Program(&["pkg-config"]),
        packages: &["pkg-config"],
        uses: COMPILING,
    },
    Need {
        what: "the console's web view",
        sign: Sign::Library("webkit2gtk-4.1"),
        packages: &["libwebkit2gtk-4.1-dev", "build-essential"],
        uses: COMPILING,
    },
    Need {
        what: "the console's tray icon",
        sign: Sign::Library("ayatana-appindicator3-0.1"),
        packages: &["libayatana-appindicator3-dev"],
        uses: COMPILING,
    },
    Need {
        what: "the console's icons",
        sign: Sign::Library("librsvg-2.0"),
        packages: &["librsvg2-dev"],
        uses: COMPILING,
    },
    Need {
        what: "the PostgreSQL half of the tests",
        sign: Sign::PostgresServer,
        packages: &["postgresql"],
        uses: &["tests"],
    },
    Need {
        what: "asking PostgreSQL",
        sign: Sign::Program(&["psql"]),
        packages: &["postgresql-client"],
        uses: &["tests"],
    },
    Need {
        what: "driving the window",
        sign: Sign::Program(&["WebKitWebDriver"]),
        packages: &["webkit2gtk-driver"],
        uses: WINDOW,
    },
    Need {
        what: "a screen for the window",
        sign: Sign::Program(&["Xvfb"]),
        packages: &["xvfb"],
        uses: WINDOW,
    },
    Need {
        what: "access to that screen",
        sign: Sign::Program(&["xauth"]),
        packages: &["xauth"],
        uses: WINDOW,
    },
    Need {
        what: "a message bus for the window",
        sign: Sign::Program(&["dbus-run-session"]),
        packages: &["dbus"],
        uses: WINDOW,
    },
    Need {
        what: "starting that bus from X",
        sign: Sign::Program(&["dbus-launch"]),
        packages: &["dbus-x11"],
        uses: WINDOW,
    },
    Need {
        what: "a keychain",
        sign: Sign::Program(&["gnome-keyring-daemon"]),
        packages: &["gnome-keyring"],
        uses: WINDOW,
    },
    Need {
        what: "letters on the screen",
        sign: Sign::Font,
        packages: &["fonts-dejavu-core", "fontconfig"],
        uses: &["e2e", "ui"],
    },
    Need {
        what: "a browser for the front end's tests",
        sign: Sign::Program(CHROMIUM),
        packages: &["chromium"],
        uses: &["ui"],
    },
];
