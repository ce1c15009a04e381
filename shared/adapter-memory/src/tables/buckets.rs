//! Which objects does a bucket hold? Every version of each.

use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Bucket {
    objects: BTreeMap<String, Vec<Object>>,
    versions: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub version_id: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl Bucket {
    /// Answers with the id of the new version.
    pub fn put(&mut self, key: &str, content_type: &str, bytes: &[u8]) -> String {
        self.versions += 1;
        let version_id = format!("version-{}", self.versions);
        self.objects.entry(key.to_owned()).or_default().push(Object {
            version_id: version_id.clone(),
            content_type: content_type.to_owned(),
            bytes: bytes.to_vec(),
        });
        version_id
    }

    /// The named version, or the latest.
    pub fn find(&self, key: &str, version_id: Option<&str>) -> Option<&Object> {
        let versions = self.objects.get(key)?;
        match version_id {
            Some(id) => versions.iter().find(|object| object.version_id == id),
            None => versions.last(),
        }
    }

    /// Removes every version.
    pub fn delete(&mut self, key: &str) {
        self.objects.remove(key);
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().map(String::as_str)
    }
}
