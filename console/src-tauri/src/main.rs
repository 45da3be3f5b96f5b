//! The desktop console's window; everything is in the library, where tests reach it.

// No console window beside ours on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    bursar_console::shell::run()
}
