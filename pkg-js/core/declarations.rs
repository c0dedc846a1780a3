//! Prints the TypeScript declarations of the core: `cargo xtask types` writes them into this package.

fn main() {
    print!("{}", backstage_vertex_ai::api::declarations::declarations());
}
