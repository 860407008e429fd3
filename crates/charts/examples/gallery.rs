//! Writes one page with every chart, each with its table: `gallery FILE`.

#[path = "../tests/it/samples.rs"]
mod samples;

use std::{env, fs, io};

use charts::{Drawing, Frame, Table};

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn table(table: &Table) -> String {
    let cells = |tag: &str, cells: &[String]| -> String {
        cells.iter().map(|c| format!("<{tag}>{}</{tag}>", escape(c))).collect()
    };
    let rows: String = table.rows.iter().map(|r| format!("<tr>{}</tr>", cells("td", r))).collect();
    format!(
        "<details><summary>The same as a table</summary><div class=\"scroll\"><table><caption>{}</caption>\
         <thead><tr>{}</tr></thead><tbody>{rows}</tbody></table></div></details>",
        escape(&table.caption),
        cells("th", &table.headers),
    )
}

fn figure(drawing: &Drawing) -> String {
    format!(
        "<figure><h2>{}</h2>{}<figcaption>{}</figcaption>{}</figure>",
        escape(&drawing.title),
        drawing.svg,
        escape(&drawing.description),
        table(&drawing.table),
    )
}

fn main() -> io::Result<()> {
    let file = env::args().nth(1).unwrap_or_else(|| "gallery.html".to_owned());
    let mut body = String::new();
    for (id, title, draw) in samples::ALL {
        body.push_str(&figure(&draw(Frame::new(id, title))));
    }
    let mut wide = String::new();
    for (id, title, draw) in samples::ALL {
        wide.push_str(&figure(&draw(Frame::new(&format!("{id}-wide"), title).wide())));
    }
    let page = format!(
        "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>Gallery of charts</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>\
         body{{font-family:system-ui,Arial,sans-serif;margin:1rem;color:#0b0c0c;background:#f3f2f1}}\
         .narrow,.wide{{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr))}}\
         .wide{{grid-template-columns:repeat(auto-fill,minmax(min(100%,38rem),1fr))}}\
         figure{{background:#fff;margin:0;padding:1rem}}h2{{font-size:1.1rem;margin:0 0 .5rem}}\
         figcaption{{margin:.5rem 0}}.scroll{{overflow:auto}}td,th{{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #b1b4b6}}\
         @media(max-width:600px){{.wide{{display:none}}}}</style></head><body><h1>Gallery of charts</h1>\
         <main><div class=\"narrow\">{body}</div><h1 class=\"wide\">Wide</h1><div class=\"wide\">{wide}</div></main></body></html>"
    );
    fs::write(file, page)
}
