//! Migrations are embedded; a new file among them is a change of the program.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
