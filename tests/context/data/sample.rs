//! A sample.
use std::{fmt, io::{self, Read as R, prelude::*}};
pub(crate) use crate::tokens::Token;
use serde;

/// The most.
pub const LIMIT: usize = 10;
static NAME: &str = "größe";

/// A stack.
///
/// It grows.
#[derive(Debug, Clone)]
pub struct Stack<T> {
    pub items: Vec<T>,
    next: Option<Box<Stack<T>>>,
}

pub enum Kind {
    First,
    Second(u8),
}

pub trait Shape {
    type Unit;
    fn area(&self) -> f64;
    fn twice(&self) -> f64 { self.area() * 2.0 }
}

impl<T: Clone> Stack<T> {
    // Pushes.
    pub fn push(&mut self, value: T) -> Result<(), Full> {
        if self.items.len() > LIMIT {
            panic!("full");
        }
        self.items.push(value.clone());
        Token::parse::<u8>(1)?;
        Ok(())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "x")
    }
}

mod inner {
    pub fn helper() {}
}

macro_rules! square {
    ($x:expr) => { $x * $x };
}

type Pair = (u8, u8);
union Bits { a: u8 }
