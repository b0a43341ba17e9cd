//! tmp
fn main(){
    let path = std::env::args().nth(1).unwrap();
    let t=std::time::Instant::now();
    let d = probity::source::Document::open(path.as_ref()).unwrap();
    let t1=t.elapsed();
    let c = match probity::contract::Contract::read(d) { Ok(c)=>c, Err(e)=>{ println!("ERR {} at {} hint {:?}", e.1, e.1.at(), e.1.hint()); return } };
    let t2=t.elapsed();
    let p = probity::plan::plan(&c, &Default::default());
    println!("{path}: read {t1:?} contract {t2:?} plan {:?} ops {} untestable {}", t.elapsed(), c.operations.len(), c.untestable.len());
    for u in c.untestable.iter().take(4) { println!("  U {} {} {}", u.operation, c.document.locate(&u.at), u.why); }
    match p { Ok(p)=>{ println!("  cases {} gaps {}", p.len(), p.gaps.len());
      if std::env::args().nth(2).is_some() { for s in &p.scenarios { for k in &s.cases { println!("{} {:?} {:?} {}", k.id, k.expectation.statuses.iter().map(|s| s.to_string()).collect::<Vec<_>>(), k.expectation.codes, k.expectation.silent.first().map(|s|s.as_str()).unwrap_or("")); } } for g in &p.gaps { println!("GAP {} {} {}", g.operation, g.at, g.why);} }
    }, Err(e)=>println!("  PLAN ERR {e}") }
}
