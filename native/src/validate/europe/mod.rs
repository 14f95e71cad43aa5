//! Is it a number that a state in Europe gave to a person, for identity, insurance or tax?
//!
//! The rules are published ones, checked against python-stdnum where it knows the number. One file per region.

mod balkan;
mod date;
mod east;
mod form;
mod middle;
mod north;
mod south;
mod west;

use super::Table;
use form::{code, exact, mod_11_10, number};

/// Names of this folder's checks; each is described where its rule stands.
pub const TABLE: Table = &[
    ("ad_nrt", |t, s, e| code(t, s, e, |n| south::ad_nrt(*n))),
    ("al_nid", |t, s, e| code(t, s, e, south::al_nid)),
    ("at_tin", |t, s, e| number(t, s, e, middle::at_tin)),
    ("at_vnr", |t, s, e| number(t, s, e, middle::at_vnr)),
    ("be_eid", |t, s, e| number(t, s, e, west::be_eid)),
    ("be_nn", |t, s, e| number(t, s, e, west::be_nn)),
    ("bg_egn", |t, s, e| number(t, s, e, balkan::bg_egn)),
    ("bg_pnf", |t, s, e| number(t, s, e, balkan::bg_pnf)),
    ("by_personal_number", |t, s, e| code(t, s, e, east::by_personal_number)),
    ("by_unp", |t, s, e| code(t, s, e, east::by_unp)),
    ("ch_ahv", |t, s, e| number(t, s, e, middle::ch_ahv)),
    ("cy_tic", |t, s, e| code(t, s, e, south::cy_tic)),
    ("cz_rodne_cislo", |t, s, e| {
        number(t, s, e, middle::cz_rodne_cislo).or_else(|| number(t, s, e, middle::cz_rodne_cislo_short))
    }),
    ("de_rentenversicherung", |t, s, e| code(t, s, e, middle::de_rentenversicherung)),
    ("de_steuer_id", |t, s, e| number(t, s, e, middle::de_steuer_id)),
    ("dk_cpr", |t, s, e| number(t, s, e, north::dk_cpr)),
    ("ee_isikukood", |t, s, e| number(t, s, e, north::ee_isikukood)),
    ("es_dni", |t, s, e| code(t, s, e, south::es_dni)),
    ("es_nie", |t, s, e| code(t, s, e, south::es_nie)),
    ("es_nss", |t, s, e| number(t, s, e, south::es_nss)),
    ("fi_hetu", |t, s, e| exact(t, s, e, north::fi_hetu)),
    ("fr_nir", |t, s, e| code(t, s, e, west::fr_nir)),
    ("fr_spi", |t, s, e| number(t, s, e, west::fr_spi)),
    ("gb_nino", |t, s, e| code(t, s, e, west::gb_nino)),
    ("gb_upn", |t, s, e| code(t, s, e, west::gb_upn)),
    ("gb_utr", |t, s, e| number(t, s, e, west::gb_utr)),
    ("gr_afm", |t, s, e| number(t, s, e, south::gr_afm)),
    ("gr_amka", |t, s, e| number(t, s, e, south::gr_amka)),
    ("hr_oib", |t, s, e| number::<11>(t, s, e, |n| mod_11_10(n))),
    ("hu_adoazonosito", |t, s, e| number(t, s, e, middle::hu_adoazonosito)),
    ("hu_szemelyi_szam", |t, s, e| number(t, s, e, middle::hu_szemelyi_szam)),
    ("hu_taj", |t, s, e| number(t, s, e, middle::hu_taj)),
    ("ie_pps", |t, s, e| code(t, s, e, |n| west::ie_pps(*n)).or_else(|| code(t, s, e, west::ie_pps_long))),
    ("is_kennitala", |t, s, e| number(t, s, e, north::is_kennitala)),
    ("it_codice_fiscale", |t, s, e| code(t, s, e, south::it_codice_fiscale)),
    ("jmbg", |t, s, e| number(t, s, e, balkan::jmbg)),
    ("lt_asmens_kodas", |t, s, e| number(t, s, e, north::lt_asmens_kodas)),
    ("lu_matricule", |t, s, e| number(t, s, e, west::lu_matricule)),
    ("lv_personas_kods", |t, s, e| number(t, s, e, north::lv_personas_kods)),
    ("md_idnp", |t, s, e| number(t, s, e, east::md_idnp)),
    ("nl_bsn", |t, s, e| number(t, s, e, west::nl_bsn).or_else(|| number(t, s, e, |n| west::nl_bsn_short(*n)))),
    ("nl_document", |t, s, e| code(t, s, e, west::nl_document)),
    ("nl_onderwijsnummer", |t, s, e| number(t, s, e, west::nl_onderwijsnummer)),
    ("no_fodselsnummer", |t, s, e| number(t, s, e, north::no_fodselsnummer)),
    ("pl_pesel", |t, s, e| number(t, s, e, middle::pl_pesel)),
    ("pt_cartao_cidadao", |t, s, e| code(t, s, e, south::pt_cartao_cidadao)),
    ("pt_nif", |t, s, e| number(t, s, e, south::pt_nif)),
    ("ro_cnp", |t, s, e| number(t, s, e, balkan::ro_cnp)),
    ("ru_inn", |t, s, e| number(t, s, e, east::ru_inn)),
    ("ru_snils", |t, s, e| number(t, s, e, east::ru_snils)),
    ("se_personnummer", |t, s, e| form::marked(t, s, e, north::se_personnummer)),
    ("se_samordningsnummer", |t, s, e| form::marked(t, s, e, north::se_samordningsnummer)),
    ("si_davcna", |t, s, e| number(t, s, e, |n| balkan::si_davcna(*n))),
    ("tr_kimlik", |t, s, e| number(t, s, e, south::tr_kimlik)),
    ("ua_rntrc", |t, s, e| number(t, s, e, east::ua_rntrc)),
];
