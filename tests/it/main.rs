//! The product's behaviour, feature by feature, in one test binary.

mod architecture;
