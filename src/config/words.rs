//! The folder of words that replace the built-in ones: `LANGUAGE/*.ftl`, read as text.
//!
//! Whether the words are good Fluent is for `render` to say.

use std::{fs, path::Path};

use crate::domain::WordFiles;

use super::{problem::Problems, read_bounded, value::is_language};

/// The longest file of words, in bytes; the journal keeps every one of them.
const FILE_BYTES_MAX: u64 = 256 << 10;
/// The most files in all.
const FILES_MAX: usize = 100;

/// Reads the folder that the file names at `place`. A folder whose name is no language, and a file
/// that does not end in `.ftl`, are left alone.
pub(super) fn read(folder: &Path, place: usize, problems: &Problems) -> WordFiles {
    let mut words = WordFiles::new();
    let mut count = 0;
    for language in entries(folder, place, problems) {
        if !is_language(&language) || !folder.join(&language).is_dir() {
            continue;
        }
        let inside = folder.join(&language);
        for file in entries(&inside, place, problems) {
            if !file.ends_with(".ftl") {
                continue;
            }
            count += 1;
            if count > FILES_MAX {
                let expected = format!("at most {FILES_MAX}");
                problems.at(place, "more files of words", expected);
                return words;
            }
            match read_bounded(&inside.join(&file), FILE_BYTES_MAX) {
                Ok(text) => {
                    words.entry(language.clone()).or_default().insert(file, text);
                }
                Err(found) => {
                    let found = format!("{language}/{file}: {found}");
                    problems.at(place, found, "a text file of at most 256 KB");
                }
            }
        }
    }
    words
}

/// The names in a folder, sorted; names that are not UTF-8 are left alone.
fn entries(folder: &Path, place: usize, problems: &Problems) -> Vec<String> {
    let list = match fs::read_dir(folder) {
        Ok(list) => list,
        Err(error) => {
            let found = format!("a folder that cannot be read ({error})");
            problems.at(place, found, "a folder with a folder for each language");
            return Vec::new();
        }
    };
    let mut names: Vec<String> =
        list.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
